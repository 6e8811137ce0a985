"""Makes the modules beside this file known to the tests of every room."""
