"""The shell's side: the command `radioimmuno`, a file each. Heavy imports wait until they are used."""
