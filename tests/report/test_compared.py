from hfsr.report import claims, compared, registration

READ, FOUND = registration.read(), claims.claims()


def test_a_registered_contrast_is_the_same_on_its_own_set():
    table = compared.on_every_set(FOUND, READ)
    line = next(answer for answer in FOUND if answer.claim.id == "psnr-same").lines[0]
    assert table.loc[compared.difference(line.contrast), "bsd100"] == line.measured.shown(3, "")


def test_every_contrast_is_listed_with_its_margin_and_reason():
    table = compared.registered_contrasts(FOUND, READ)
    listed = list(registration.contrasts(READ))
    assert len(table) == len(listed)
    assert list(table["reason"]) == [contrast.reason for contrast in listed]
    assert (table["expected"] != "").any()
