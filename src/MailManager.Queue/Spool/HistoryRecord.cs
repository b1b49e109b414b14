using System.Collections.Immutable;
using System.Net;
using System.Security.Authentication;
using MailManager.Messages.Envelope;
using MailManager.Queue.History;

namespace MailManager.Queue.Spool;

/// <summary>
/// <c>message.history</c>. Version 1: version (octet), kind (octet). Kind 1, received: id of the session (text), client's address (octet string) and port
/// (number), HELO (text), flags (octet: 1 extended, 2 LMTP, 4 TLS from the first octet, 8 credential, 16 certificate), TLS version (number, as
/// <see cref="SslProtocols"/>, 0: clear text), cipher suite (text), name of the credential and of the certificate (texts, each only with its flag); policy
/// (text), statements (count; for each its index plus 2 (number), alternatives (texts)), statement of each recipient (count, numbers); rule set (text), rules
/// (count; for each its index (number), flags (octet: 1 shadow, 2 id, 4 name), id and name (texts, each only with its flag), alternatives (texts)). Kind 2,
/// notification: id of the message that it tells of (octet string of 16).
/// </summary>
internal static class HistoryRecord
{
    private const byte Version = 1;
    private const byte ReceivedKind = 1;
    private const byte NotificationKind = 2;

    [Flags]
    private enum SessionFlags : byte
    {
        None = 0,
        Extended = 1,
        Lmtp = 2,
        Wrapped = 4,
        Credential = 8,
        Certificate = 16,
        All = 31,
    }

    [Flags]
    private enum RuleFlags : byte
    {
        None = 0,
        Shadow = 1,
        Id = 2,
        Name = 4,
        All = 7,
    }

    public static void Write(RecordWriter writer, MessageHistory history)
    {
        writer.WriteByte(Version);
        switch (history)
        {
            case MessageHistory.Received received:
                writer.WriteByte(ReceivedKind);
                Write(writer, received.Session);
                Write(writer, received.Policy);
                Write(writer, received.Rules);
                break;
            case MessageHistory.Notification notification:
                writer.WriteByte(NotificationKind);
                Span<byte> id = stackalloc byte[16];
                notification.Of.Write(id);
                writer.WriteBytes(id);
                break;
        }
    }

    /// <summary>False for a record of another version, a damaged one, or one with octets left over.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, out MessageHistory history)
    {
        var reader = new RecordReader(record);
        history = null!;
        if (!reader.TryReadByte(out var version) || version != Version || !reader.TryReadByte(out var kind))
        {
            return false;
        }

        switch (kind)
        {
            case ReceivedKind when TryReadSession(ref reader, out var session) && TryReadPolicy(ref reader, out var policy) && TryReadRules(ref reader, out var rules):
                history = new MessageHistory.Received(session, policy, rules);
                return reader.IsAtEnd;
            case NotificationKind when reader.TryReadBytes(out var id) && id.Length == 16:
                history = new MessageHistory.Notification(MessageId.Read(id));
                return reader.IsAtEnd;
            default:
                return false;
        }
    }

    private static void Write(RecordWriter writer, SessionHistory session)
    {
        writer.WriteText(session.Id);
        Span<byte> address = stackalloc byte[16];
        session.Client.Address.TryWriteBytes(address, out var length);
        writer.WriteBytes(address[..length]);
        writer.WriteNumber(session.Client.Port);
        writer.WriteText(session.Helo);
        writer.WriteByte((byte)(
            (session.IsExtended ? SessionFlags.Extended : 0) | (session.IsLmtp ? SessionFlags.Lmtp : 0) | (session.IsTlsWrapped ? SessionFlags.Wrapped : 0)
            | (session.AuthenticatedAs is null ? 0 : SessionFlags.Credential) | (session.CertificateName is null ? 0 : SessionFlags.Certificate)));
        writer.WriteNumber((int)session.TlsProtocol);
        writer.WriteText(session.TlsCipherSuite ?? string.Empty);
        WriteGiven(writer, session.AuthenticatedAs);
        WriteGiven(writer, session.CertificateName);
    }

    private static void Write(RecordWriter writer, PolicyHistory policy)
    {
        writer.WriteText(policy.Policy);
        writer.WriteNumber(policy.Statements.Length);
        foreach (var statement in policy.Statements)
        {
            writer.WriteNumber(statement.Statement - StatementMatch.Several);
            writer.WriteTexts(statement.Alternatives);
        }

        writer.WriteNumber(policy.ByRecipient.Length);
        foreach (var statement in policy.ByRecipient)
        {
            writer.WriteNumber(statement);
        }
    }

    private static void Write(RecordWriter writer, RuleHistory rules)
    {
        writer.WriteText(rules.RuleSet);
        writer.WriteNumber(rules.Rules.Length);
        foreach (var rule in rules.Rules)
        {
            writer.WriteNumber(rule.Index);
            writer.WriteByte((byte)((rule.IsShadow ? RuleFlags.Shadow : 0) | (rule.Id is null ? 0 : RuleFlags.Id) | (rule.Name is null ? 0 : RuleFlags.Name)));
            WriteGiven(writer, rule.Id);
            WriteGiven(writer, rule.Name);
            writer.WriteTexts(rule.Alternatives);
        }
    }

    private static void WriteGiven(RecordWriter writer, string? text)
    {
        if (text is not null)
        {
            writer.WriteText(text);
        }
    }

    private static bool TryReadSession(ref RecordReader reader, out SessionHistory session)
    {
        session = null!;
        if (!reader.TryReadText(out var id)
            || !reader.TryReadBytes(out var address) || address.Length is not (4 or 16)
            || !reader.TryReadNumber(out var port) || port > IPEndPoint.MaxPort
            || !reader.TryReadText(out var helo)
            || !reader.TryReadByte(out var octet) || octet > (byte)SessionFlags.All
            || !reader.TryReadNumber(out var tls)
            || !reader.TryReadText(out var cipherSuite)
            || !TryReadGiven(ref reader, (octet & (byte)SessionFlags.Credential) != 0, out var credential)
            || !TryReadGiven(ref reader, (octet & (byte)SessionFlags.Certificate) != 0, out var certificate))
        {
            return false;
        }

        var flags = (SessionFlags)octet;
        session = new SessionHistory
        {
            Id = id,
            Client = new IPEndPoint(new IPAddress(address), port),
            Helo = helo,
            IsExtended = flags.HasFlag(SessionFlags.Extended),
            IsLmtp = flags.HasFlag(SessionFlags.Lmtp),
            IsTlsWrapped = flags.HasFlag(SessionFlags.Wrapped),
            TlsProtocol = (SslProtocols)tls,
            TlsCipherSuite = cipherSuite.Length == 0 ? null : cipherSuite,
            AuthenticatedAs = credential,
            CertificateName = certificate,
        };
        return true;
    }

    private static bool TryReadPolicy(ref RecordReader reader, out PolicyHistory policy)
    {
        policy = null!;
        if (!reader.TryReadText(out var name) || !reader.TryReadCount(out var count))
        {
            return false;
        }

        var statements = ImmutableArray.CreateBuilder<StatementMatch>(count);
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadNumber(out var statement) || !reader.TryReadTexts(out var alternatives))
            {
                return false;
            }

            statements.Add(new StatementMatch(statement + StatementMatch.Several, alternatives));
        }

        if (!reader.TryReadCount(out var recipients))
        {
            return false;
        }

        var byRecipient = ImmutableArray.CreateBuilder<int>(recipients);
        for (var i = 0; i < recipients; i++)
        {
            if (!reader.TryReadNumber(out var statement) || statement >= count)
            {
                return false;
            }

            byRecipient.Add(statement);
        }

        policy = new PolicyHistory(name, statements.MoveToImmutable(), byRecipient.MoveToImmutable());
        return true;
    }

    private static bool TryReadRules(ref RecordReader reader, out RuleHistory rules)
    {
        rules = null!;
        if (!reader.TryReadText(out var ruleSet) || !reader.TryReadCount(out var count))
        {
            return false;
        }

        var matches = ImmutableArray.CreateBuilder<RuleMatch>(count);
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadNumber(out var index)
                || !reader.TryReadByte(out var octet) || octet > (byte)RuleFlags.All
                || !TryReadGiven(ref reader, (octet & (byte)RuleFlags.Id) != 0, out var id)
                || !TryReadGiven(ref reader, (octet & (byte)RuleFlags.Name) != 0, out var name)
                || !reader.TryReadTexts(out var alternatives))
            {
                return false;
            }

            matches.Add(new RuleMatch(index, id, name, (octet & (byte)RuleFlags.Shadow) != 0, alternatives));
        }

        rules = new RuleHistory(ruleSet, matches.MoveToImmutable());
        return true;
    }

    private static bool TryReadGiven(ref RecordReader reader, bool isGiven, out string? text)
    {
        text = null;
        if (!isGiven)
        {
            return true;
        }

        var isRead = reader.TryReadText(out var read);
        text = read;
        return isRead;
    }
}
