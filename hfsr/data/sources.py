"""Where the named sets of photographs come from: origin, terms, and addresses from which they can be fetched.

No address could be tried where this was written; a fetched picture counts only if its checksum is that of the picture used
here, so that an address that has moved or brings something else ends in an error, not in other numbers.
"""

from dataclasses import dataclass

BSDS500 = "https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/BSR/BSR_bsds500.tgz"
LAPSRN = "http://vllab.ucmerced.edu/wlai24/LapSRN/results"  # its authors' copy of the usual training and test sets
KODAK = "https://r0k.us/graphics/kodak/kodak"
BERKELEY = "the Berkeley Segmentation Dataset, https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/bsds"
RESEARCH = "non-commercial research and education"
UNSTATED = "none stated"


@dataclass(frozen=True)
class Source:
    """Where a set comes from.

    Parameters
    ----------
    what : str
        What it is.
    origin : str
        Who published it, and where.
    terms : str
        On what terms.
    addresses : tuple of str
        Archives or pictures that together bring it; empty where no stable address is known.
    password : str, optional
        Of an archive whose authors publish one beside it.

    Examples
    --------
    >>> SOURCES["kodak24"].addresses[0]
    'https://r0k.us/graphics/kodak/kodak/kodim01.png'
    """

    what: str
    origin: str
    terms: str
    addresses: tuple[str, ...] = ()
    password: str | None = None


SOURCES = {
    "set5": Source(
        "5 pictures",
        "Bevilacqua et al., BMVC 2012; fetched from the LapSRN project's copy",
        UNSTATED,
        (f"{LAPSRN}/SR_testing_datasets.zip",),
    ),
    "set14": Source(
        "14 pictures",
        "Zeyde et al., 2010; fetched from the LapSRN project's copy",
        UNSTATED,
        (f"{LAPSRN}/SR_testing_datasets.zip",),
    ),
    "bsd100": Source(
        "100 JPEGs, the test images of BSDS300, which are the validation images of BSDS500",
        f"Martin et al., ICCV 2001: {BERKELEY}",
        RESEARCH,
        (BSDS500,),
    ),
    "kodak24": Source(
        "24 lossless photographs, for confirmation only",
        "Eastman Kodak's Lossless True Color Image Suite, https://r0k.us/graphics/kodak",
        "released for unrestricted use",
        tuple(f"{KODAK}/kodim{number:02d}.png" for number in range(1, 25)),
    ),
    "mcmaster": Source(
        "18 lossless photographs, for confirmation only",
        "Zhang et al., 2011, https://www4.comp.polyu.edu.hk/~cslzhang/CDM_Dataset.htm",
        "as that page says",
        ("https://www4.comp.polyu.edu.hk/~cslzhang/DATA/McM.zip",),
        password="McM_CDM",
    ),
    "t91": Source(
        "91 pictures",
        "Yang et al., 2010; fetched from the LapSRN project's copy",
        UNSTATED,
        (f"{LAPSRN}/SR_training_datasets.zip",),
    ),
    "bsd200": Source(
        "200 JPEGs, the training images of BSDS500 (and of BSDS300)",
        f"Martin et al., ICCV 2001: {BERKELEY}",
        RESEARCH,
        (BSDS500,),
    ),
    "bsds500-test": Source(
        "200 JPEGs, the test images of BSDS500, none of them in BSD100",
        f"Arbeláez et al., PAMI 2011: {BERKELEY}",
        RESEARCH,
        (BSDS500,),
    ),
    "realsr-gt": Source(
        "16 lossless camera photographs, the ground truth of the challenge's validation pictures",
        "NTIRE 2019 Real Super-Resolution Challenge, Cai et al., CVPRW 2019, given to its participants on CodaLab",
        "academic research",
    ),
}
