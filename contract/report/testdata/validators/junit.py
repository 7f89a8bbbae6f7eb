"""Validates JUnit files against the schema of Jenkins' xUnit plugin, which the
source package of pytest has: junit.py FILE..."""
import sys
from lxml import etree

schema = etree.XMLSchema(etree.parse(sys.argv[1]))
failed = False
for name in sys.argv[2:]:
    if not schema.validate(etree.parse(name)):
        failed = True
        print(name, schema.error_log.last_error)
sys.exit(failed)
