"""Verifies every DKIM-Signature of one message with dkimpy.

    python3 verify_dkim.py MESSAGE RECORDS

MESSAGE is a file with the message as it was sent, RECORDS a JSON file: an object with the text of the TXT record by its name. Prints selector, algorithm and
"pass" or "fail" for each signature, the topmost first.
"""

import json
import sys

import dkim


def main(message, records):
    with open(message, "rb") as file:
        octets = file.read()
    with open(records, encoding="ascii") as file:
        texts = {name: text.encode("ascii") for name, text in json.load(file).items()}
    verifier = dkim.DKIM(octets)
    count = sum(1 for name, _ in verifier.headers if name.lower() == b"dkim-signature")
    for index in range(count):
        verifier = dkim.DKIM(octets)
        try:
            passed = verifier.verify(index, dnsfunc=lambda name, timeout=5: texts.get(name.decode("ascii").rstrip(".")))
        except dkim.ValidationError:
            passed = False
        fields = verifier.signature_fields
        print(fields[b"s"].decode(), fields[b"a"].decode(), "pass" if passed else "fail")


main(*sys.argv[1:])
