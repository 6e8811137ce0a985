"""How good a signature's scores are, on lesions it was not trained on."""
