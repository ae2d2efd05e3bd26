"""Networks as files that other programs read: ONNX, and folders as hubs keep them."""
