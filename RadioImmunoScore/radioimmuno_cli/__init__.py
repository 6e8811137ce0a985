"""The shell door: the command `radioimmuno`, a file each. Heavy imports wait until they are used."""
