"""The log in the forms that other programs read: rows, FHIR R4 and W3C PROV."""
