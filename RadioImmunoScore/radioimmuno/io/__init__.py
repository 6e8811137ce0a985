"""What is read and written: CT, lesions, tables, volumes, DICOM."""
