using MailManager.Messages.Envelope;
using MailManager.Mta.Tls;
using MailManager.Queue.History;
using MailManager.Smtp.Server;

namespace MailManager.Mta.Intake;

/// <summary>A session as decisions see it, and as it is kept with its messages; made anew when the session has changed. Belongs to its session.</summary>
internal sealed class SessionNotes(SmtpSessionInfo session)
{
    private SessionFacts? _facts;
    private SessionHistory? _history;
    private int _revision = -1;

    /// <summary>Of the client in the DNS; null: it was not asked for, or there is none.</summary>
    public string? ReverseName
    {
        get;
        set
        {
            field = value;
            _revision = -1;
        }
    }

    /// <summary>For policies, rules and the trace field.</summary>
    public SessionFacts Facts
    {
        get
        {
            Refresh();
            return _facts ??= new SessionFacts
            {
                Client = session.Client,
                Helo = session.Helo,
                IsExtended = session.IsExtended,
                TlsProtocol = session.TlsProtocol,
                TlsCipherSuite = session.TlsCipherSuite,
                IsTlsWrapped = session.IsTlsWrapped,
                IsLmtp = session.IsLmtp,
                AuthenticatedAs = session.AuthenticatedAs,
                ReverseName = ReverseName,
                ClientCertificate = session.ClientCertificate is { } certificate ? ClientCertificateReader.Read(certificate, out _) : null,
            };
        }
    }

    /// <summary>For the queue.</summary>
    public SessionHistory History
    {
        get
        {
            var facts = Facts;
            return _history ??= new SessionHistory
            {
                Id = session.Id,
                Client = facts.Client,
                Helo = facts.Helo,
                IsExtended = facts.IsExtended,
                IsLmtp = facts.IsLmtp,
                TlsProtocol = facts.TlsProtocol,
                TlsCipherSuite = facts.TlsCipherSuite,
                IsTlsWrapped = facts.IsTlsWrapped,
                AuthenticatedAs = facts.AuthenticatedAs,
                CertificateName = facts.ClientCertificate is { } certificate ? certificate.CommonNames.FirstOrDefault(string.Empty) : null,
            };
        }
    }

    private void Refresh()
    {
        if (_revision != session.Revision)
        {
            _revision = session.Revision;
            _facts = null;
            _history = null;
        }
    }
}
