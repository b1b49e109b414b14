using System.Text;

namespace MailManager.Resources.IngressPoints;

/// <summary>What an ingress point asks of its clients (API: union <c>IngressPointConfiguration</c>).</summary>
public abstract record IngressAuthentication
{
    private IngressAuthentication()
    {
    }

    /// <summary>Type OPEN: nothing.</summary>
    public sealed record None : IngressAuthentication;

    /// <summary>Type AUTH: the user name is the ingress point's name.</summary>
    /// <param name="Value">The password that belongs to it.</param>
    public sealed record Password(IngressPassword Value) : IngressAuthentication;

    /// <summary>Type MTLS: a certificate that leads to one of these authorities. Not parsed here.</summary>
    /// <param name="CaContent">Certificates in PEM, 1 to 500,000 characters.</param>
    /// <param name="CrlContent">Revocation lists in PEM, 1 to 500,000 characters; null: none.</param>
    /// <param name="OnExpiredCrl">Beyond the API. Default <see cref="OnExpiredCrl.DisableCa"/>, as Mail Manager does.</param>
    public sealed record TrustStore(string CaContent, string? CrlContent, OnExpiredCrl OnExpiredCrl) : IngressAuthentication
    {
        /// <summary>Without the contents: they are long.</summary>
        protected override bool PrintMembers(StringBuilder builder)
        {
            builder.Append(nameof(OnExpiredCrl)).Append(" = ").Append(OnExpiredCrl);
            return true;
        }
    }
}

/// <summary>A password, or where it is kept. Never printed.</summary>
public abstract record IngressPassword
{
    private IngressPassword()
    {
    }

    /// <summary>API: <c>SmtpPassword</c>.</summary>
    /// <param name="Value">8 to 64 characters of <c>[A-Za-z0-9!@#$%^&amp;*()_+-=[]{}|.,?]</c>.</param>
    public sealed record Managed(string Value) : IngressPassword
    {
        /// <summary>Never the value.</summary>
        protected override bool PrintMembers(StringBuilder builder) => false;
    }

    /// <summary>API: <c>SecretArn</c>. The secret holds exactly <see cref="IngressCredentials.PasswordKey"/>, before and now.</summary>
    /// <param name="Secret">Name of the secret.</param>
    public sealed record FromSecret(string Secret) : IngressPassword;
}

/// <summary>What becomes of an authority whose revocation list has expired.</summary>
public enum OnExpiredCrl
{
    /// <summary>Its certificates are refused, as if it were not in the trust store.</summary>
    DisableCa,

    /// <summary>The expired list stays in force. Weaker: what was revoked since is accepted.</summary>
    Ignore,
}

/// <summary>Beyond the API: a further user name of an AUTH ingress point, so that one leaked password does not cost the others.</summary>
/// <param name="Name">
/// The user name, 1 to 64 characters of <c>[A-Za-z0-9_.@-]</c>; unique within the ingress point, and not its name.
/// </param>
/// <param name="Password">The password that belongs to it.</param>
public sealed record IngressCredential(string Name, IngressPassword Password);
