namespace MailManager.Mta.Credentials;

/// <summary>Credentials cannot be read, stored or used. The message is for the operator and holds no password and no hash.</summary>
internal sealed class CredentialStoreException : IOException
{
    public CredentialStoreException()
    {
    }

    public CredentialStoreException(string message)
        : base(message)
    {
    }

    public CredentialStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
