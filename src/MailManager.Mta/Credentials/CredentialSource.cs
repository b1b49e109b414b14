namespace MailManager.Mta.Credentials;

/// <summary>A credential as the configuration has it, in clear. Never printed.</summary>
internal sealed class CredentialSource
{
    private CredentialSource(string name, string password, IReadOnlyList<string> previousPasswords, bool isManaged)
    {
        Name = name;
        Password = password;
        PreviousPasswords = previousPasswords;
        IsManaged = isManaged;
    }

    /// <summary>The user name: 1 to 255 printable ASCII characters, compared octet by octet.</summary>
    public string Name { get; }

    /// <summary>1 to 1,024 printable ASCII characters.</summary>
    public string Password { get; }

    /// <summary>Good as well, for as long as they are here.</summary>
    public IReadOnlyList<string> PreviousPasswords { get; }

    /// <summary>The store remembers the password before this one.</summary>
    public bool IsManaged { get; }

    /// <summary>A password given as such (API: <c>SmtpPassword</c>): the one before it stays good for <see cref="CredentialStore.PreviousLifetime"/>.</summary>
    public static CredentialSource Managed(string name, string password) => new(name, password, [], isManaged: true);

    /// <summary>A password from a secret, which says itself what else is good (<c>AWSPREVIOUS</c>).</summary>
    public static CredentialSource FromSecret(string name, string password, IReadOnlyList<string> previousPasswords) =>
        new(name, password, previousPasswords, isManaged: false);

    /// <summary>The name, never a password.</summary>
    public override string ToString() => $"credential {Name}";
}
