namespace MailManager.Smtp.Client;

/// <summary>SASL mechanisms by which the client can log in, best first.</summary>
public enum AuthMechanism
{
    /// <summary>RFC 7677: the password stays here, and the server proves that it knows it too.</summary>
    ScramSha256,

    /// <summary>RFC 4616.</summary>
    Plain,

    /// <summary>As PLAIN, in two steps; never standardised.</summary>
    Login,

    /// <summary>RFC 2195: wants the server to keep the password itself.</summary>
    CramMd5,
}

/// <summary>The names of mechanisms in EHLO and AUTH.</summary>
internal static class AuthMechanismNames
{
    private static readonly (AuthMechanism Mechanism, string Name)[] Names =
    [
        (AuthMechanism.ScramSha256, "SCRAM-SHA-256"),
        (AuthMechanism.Plain, "PLAIN"),
        (AuthMechanism.Login, "LOGIN"),
        (AuthMechanism.CramMd5, "CRAM-MD5"),
    ];

    /// <summary>Null: one that the client does not know. Case does not count (RFC 4954 §4).</summary>
    public static AuthMechanism? Find(ReadOnlySpan<char> name)
    {
        foreach (var (mechanism, known) in Names)
        {
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return mechanism;
            }
        }

        return null;
    }

    public static string NameOf(AuthMechanism mechanism) => Array.Find(Names, entry => entry.Mechanism == mechanism).Name;
}
