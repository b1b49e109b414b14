using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Secrets;

namespace MailManager.Resources.Relays;

/// <summary>Reads <c>OAuth</c> of a relay's <c>Authentication</c>; beyond the API.</summary>
internal static class RelayOAuthReader
{
    /// <summary>The one key of its secret.</summary>
    private const string ClientSecret = "client_secret";

    /// <summary>RFC 6749 appendix A: printable ASCII; the scope's parts are separated by spaces.</summary>
    private static readonly TextRule Printable = new(1, 2048, "[ -~]+");

    /// <summary>Neither control characters, which the mechanism uses to separate its parts, nor spaces.</summary>
    private static readonly TextRule UserName = new(1, 320, @"[^\p{Cc}\s]+");

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    public static RelayAuthentication? Read(DocumentValue value)
    {
        if (value.Map(["TokenEndpoint", "ClientId", "SecretArn", "Scope", "UserName"]) is not { } map)
        {
            return null;
        }

        var endpoint = map.Required("TokenEndpoint") is { } endpointValue ? ReadEndpoint(endpointValue) : null;
        var clientId = map.Required("ClientId")?.Text(Printable);
        var secretValue = map.Required("SecretArn");
        var secret = secretValue is null ? null : SecretName.Read(secretValue);
        if (secret is not null)
        {
            value.Context.ReferSecret(secret, secretValue!, ProblemsWith);
        }

        var scope = map.Optional("Scope")?.Text(Printable);
        var userName = map.Required("UserName")?.Text(UserName);
        return map.Failed ? null : new RelayAuthentication.OAuth(endpoint!, clientId!, secret!, scope, userName!);
    }

    private static Uri? ReadEndpoint(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0)
        {
            return uri;
        }

        value.Error($"{DisplayText.Quote(text)} is not an https address, such as https://login.example.com/oauth2/v2.0/token");
        return null;
    }

    private static IEnumerable<string> ProblemsWith(Secret secret)
    {
        const string Rule = $"the secret of a relay's OAuth has exactly {ClientSecret}";
        foreach (var key in secret.Values.Keys.Where(key => key != ClientSecret).Order(StringComparer.Ordinal))
        {
            yield return $"the secret '{secret.Name}' has the key {DisplayText.Quote(key)}; {Rule}";
        }

        if (!secret.Values.TryGetValue(ClientSecret, out var text))
        {
            yield return $"the secret '{secret.Name}' has no key '{ClientSecret}'; {Rule}";
        }
        else if (text.Length == 0)
        {
            yield return $"the {ClientSecret} of the secret '{secret.Name}' is empty";
        }
    }
}
