namespace MailManager.Smtp.Sasl.Grammar;

/// <summary>The one message of PLAIN (RFC 4616 §2): authorization identity, NUL, user name, NUL, password. Its fields are parts of the octets given.</summary>
internal readonly struct PlainMessage
{
    private PlainMessage(string userName, ReadOnlyMemory<byte> password, bool actsForAnother)
    {
        UserName = userName;
        Password = password;
        ActsForAnother = actsForAnother;
    }

    public string UserName { get; }

    public ReadOnlyMemory<byte> Password { get; }

    /// <summary>The authorization identity is neither empty nor the user name. Nobody may act for another here.</summary>
    public bool ActsForAnother { get; }

    /// <summary>Never throws.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> octets, out PlainMessage message)
    {
        message = default;
        var text = octets.Span;
        var first = text.IndexOf((byte)0);
        var second = first < 0 ? -1 : text[(first + 1)..].IndexOf((byte)0) + first + 1;
        if (second <= first)
        {
            return false;
        }

        var authorization = text[..first];
        var name = text[(first + 1)..second];
        var password = octets[(second + 1)..];
        if (!SaslText.TryReadUserName(name, out var userName) || !SaslText.IsPassword(password.Span)
            || !(authorization.IsEmpty || SaslText.IsUserName(authorization)))
        {
            return false;
        }

        message = new PlainMessage(userName, password, !authorization.IsEmpty && !authorization.SequenceEqual(name));
        return true;
    }
}
