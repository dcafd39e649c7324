// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use time::{Duration, OffsetDateTime};

use crate::error::{LabError, Result};

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    Both,
    Client,
}

/// A certificate to make.
#[derive(Debug, Clone)]
pub(crate) struct CertificateFor {
    pub(crate) common_name: String,
    pub(crate) organization: Option<String>,
    pub(crate) names: Vec<String>,
    pub(crate) addresses: Vec<Ipv4Addr>,
    pub(crate) usage: Usage,
    /// Ended so long ago instead of lasting ten years.
    pub(crate) expired: Option<Duration>,
}

impl CertificateFor {
    pub(crate) fn client(common_name: &str, organization: Option<&str>) -> Self {
        Self {
            common_name: common_name.to_owned(),
            organization: organization.map(str::to_owned),
            names: Vec::new(),
            addresses: Vec::new(),
            usage: Usage::Client,
            expired: None,
        }
    }

    pub(crate) fn server(common_name: &str, names: Vec<String>, addresses: Vec<Ipv4Addr>) -> Self {
        Self {
            common_name: common_name.to_owned(),
            organization: None,
            names,
            addresses,
            usage: Usage::Both,
            expired: None,
        }
    }
}

/// A certificate authority in a folder: `ca.pem`, `ca-key.pem`, and what it has signed.
#[derive(Debug, Clone)]
pub(crate) struct Pki {
    folder: PathBuf,
}

impl Pki {
    /// Makes an authority, as RKE names it.
    pub(crate) fn make(folder: &Path, common_name: &str) -> Result<Self> {
        fs::create_dir_all(folder).map_err(LabError::file("create", folder))?;
        let failed = certificate_error(common_name);
        let mut params = CertificateParams::default();
        params.distinguished_name = subject(common_name, None);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyCertSign,
        ];
        params.not_before = OffsetDateTime::now_utc() - Duration::days(1000);
        params.not_after = OffsetDateTime::now_utc() + Duration::days(3650);
        let key = KeyPair::generate().map_err(&failed)?;
        let certificate = params.self_signed(&key).map_err(&failed)?;
        let pki = Self {
            folder: folder.to_owned(),
        };
        pki.write("ca", &certificate.pem(), &key.serialize_pem())?;
        Ok(pki)
    }

    /// One made before.
    pub(crate) fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The certificate file of `name` (`ca` is the authority's own).
    pub(crate) fn certificate(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.pem"))
    }

    /// The key file of `name`.
    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}-key.pem"))
    }

    /// Signs a certificate and writes it as `name`.
    pub(crate) fn issue(&self, name: &str, wanted: &CertificateFor) -> Result<()> {
        let failed = certificate_error(&wanted.common_name);
        let read = |path: PathBuf| fs::read_to_string(&path).map_err(LabError::file("read", &path));
        let authority_key = KeyPair::from_pem(&read(self.key("ca"))?).map_err(&failed)?;
        let authority = Issuer::from_ca_cert_pem(&read(self.certificate("ca"))?, authority_key)
            .map_err(&failed)?;
        let mut params = CertificateParams::new(wanted.names.clone()).map_err(&failed)?;
        params.distinguished_name = subject(&wanted.common_name, wanted.organization.as_deref());
        for address in &wanted.addresses {
            params
                .subject_alt_names
                .push(SanType::IpAddress(IpAddr::V4(*address)));
        }
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
        ];
        params.extended_key_usages = match wanted.usage {
            Usage::Both => {
                vec![
                    ExtendedKeyUsagePurpose::ServerAuth,
                    ExtendedKeyUsagePurpose::ClientAuth,
                ]
            }
            Usage::Client => vec![ExtendedKeyUsagePurpose::ClientAuth],
        };
        params.use_authority_key_identifier_extension = true;
        let now = OffsetDateTime::now_utc();
        (params.not_before, params.not_after) = match wanted.expired {
            Some(ago) => (now - Duration::days(365), now - ago),
            None => (now - Duration::days(1), now + Duration::days(3650)),
        };
        let key = KeyPair::generate().map_err(&failed)?;
        let certificate = params.signed_by(&key, &authority).map_err(&failed)?;
        self.write(name, &certificate.pem(), &key.serialize_pem())
    }

    fn write(&self, name: &str, certificate: &str, key: &str) -> Result<()> {
        let path = self.certificate(name);
        fs::write(&path, certificate).map_err(LabError::file("write", &path))?;
        let path = self.key(name);
        fs::write(&path, key).map_err(LabError::file("write", &path))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
            .map_err(LabError::file("change", &path))
    }

    /// Copies a certificate and its key to where a node wants them.
    pub(crate) fn install(&self, name: &str, certificate: &Path, key: &Path) -> Result<()> {
        for (from, to) in [(self.certificate(name), certificate), (self.key(name), key)] {
            fs::copy(&from, to).map_err(LabError::file("copy", &from))?;
        }
        Ok(())
    }
}

fn subject(common_name: &str, organization: Option<&str>) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    if let Some(organization) = organization {
        name.push(DnType::OrganizationName, organization);
    }
    name
}

fn certificate_error(subject: &str) -> impl Fn(rcgen::Error) -> LabError {
    let subject = subject.to_owned();
    move |source| LabError::Certificate {
        subject: subject.clone(),
        source,
    }
}

/// Makes the authority of another world in `folder`; returns its certificate's file.
///
/// # Errors
/// When the folder cannot be written.
pub fn foreign_ca(folder: &Path) -> Result<PathBuf> {
    Ok(Pki::make(folder, "another-world")?.certificate("ca"))
}
