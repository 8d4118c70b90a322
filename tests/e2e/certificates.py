"""Certificates for tests, by openssl(1): an authority, and what it signs for servers."""

import re
import subprocess

DAYS = {"valid": ("-days", "30"), "expired": ("-days", "-1")}


def openssl(*args, folder):
    return subprocess.run(["openssl", *map(str, args)], cwd=folder, check=True,
                          capture_output=True, text=True).stdout


class Authority:
    """Its certificate is in `path`; it is trusted by nobody who is not told to."""

    def __init__(self, folder, name="Test Authority"):
        self.folder = folder
        self.folder.mkdir()
        self.path = folder / "ca.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout", "ca.key",
                "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE", folder=folder)

    def sign(self, name, alt, days="valid"):
        """A certificate for a server: the paths of the certificate and of its key."""
        ext = self.folder / f"{name}.ext"
        ext.write_text(f"subjectAltName={alt}\nextendedKeyUsage=serverAuth\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                folder=self.folder)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", *DAYS[days], "-extfile", ext, "-out", f"{name}.pem",
                folder=self.folder)
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"


def self_signed(folder, name="localhost"):
    """The paths of a certificate that is signed by itself, and of its key."""
    folder.mkdir()
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "30", "-subj", f"/CN={name}", "-keyout", "self.key", "-out", "self.pem",
            "-addext", f"subjectAltName=DNS:{name}", folder=folder)
    return folder / "self.pem", folder / "self.key"


def fingerprint(certificate):
    """As openssl shows it: SHA-256, in hex with colons."""
    shown = openssl("x509", "-noout", "-fingerprint", "-sha256", "-in", certificate,
                    folder=certificate.parent)
    return re.search(r"=([0-9A-F:]{95})", shown)[1]
