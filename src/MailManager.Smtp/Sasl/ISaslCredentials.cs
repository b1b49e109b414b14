namespace MailManager.Smtp.Sasl;

/// <summary>The credentials that are good on a listener. Thread-safe; asked at each attempt, so that a change holds at once.</summary>
public interface ISaslCredentials
{
    /// <summary>The credential of this user name, or a decoy for it, whose salt and iterations could be those of a real one.</summary>
    /// <param name="userName">1 to 255 printable ASCII characters, from the client.</param>
    ScramCredential Find(string userName);
}
