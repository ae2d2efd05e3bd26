"""What is measured on pictures: PSNR on sets, spectra, agreement with the truth, sharpness; and the statistics over them."""
