import subprocess

from hfsr import paths
from hfsr.studies import provenance


def test_a_commit_with_changes_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "hfsr")
    (tmp_path / "hfsr").mkdir()
    (tmp_path / "pyproject.toml").touch()
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True)
    clean = provenance.commit()
    (tmp_path / "pyproject.toml").write_text("changed")
    assert (len(clean), provenance.commit()) == (40, f"{clean}-dirty")
