using System.Text.Json;
using MailManager.Resources.Relays;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.OAuth;

/// <summary>
/// Tokens by the client credentials grant (RFC 6749 §4.4): one for all sessions of a relay, fetched once however many ask, and again shortly before it
/// runs out. Thread-safe.
/// </summary>
internal sealed class ClientCredentialsTokens(HttpClient http, RelayAuthentication.OAuth login, string clientSecret, TimeProvider time) : IAccessTokens
{
    /// <summary>Where the authorization server does not say how long a token lives (RFC 6749 §5.1 only recommends it).</summary>
    private static readonly TimeSpan AssumedLifetime = TimeSpan.FromMinutes(5);

    /// <summary>A token is not used in the last part of its life, but no longer than this before its end.</summary>
    private static readonly TimeSpan MaxMargin = TimeSpan.FromMinutes(5);

    /// <summary>For one request.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Characters of what an authorization server says that are repeated.</summary>
    private const int MaxWords = 200;

    private readonly Lock _gate = new();
    private Task<(string? Token, string? Problem)>? _request;
    private string? _token;
    private long _fetchedAt;
    private TimeSpan _usable;

    public string UserName => login.UserName;

    public async ValueTask<(string? Token, string? Problem)> FindAsync(CancellationToken cancellationToken)
    {
        Task<(string? Token, string? Problem)> request;
        lock (_gate)
        {
            if (_token is not null && time.GetElapsedTime(_fetchedAt) < _usable)
            {
                return (_token, null);
            }

            request = _request ??= Task.Run(FetchAsync, CancellationToken.None);
        }

        try
        {
            return await request.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return (null, "the connection was lost meanwhile");
        }
    }

    public void Refuse(string token)
    {
        lock (_gate)
        {
            if (_token == token)
            {
                _token = null;
            }
        }
    }

    private async Task<(string? Token, string? Problem)> FetchAsync()
    {
        var began = time.GetTimestamp();
        var (token, lifetime, problem) = await RequestAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _request = null;
            if (token is not null)
            {
                _token = token;
                _fetchedAt = began;
                _usable = lifetime - TimeSpan.FromTicks(Math.Min(lifetime.Ticks / 10, MaxMargin.Ticks));
            }
        }

        return (token, problem);
    }

    /// <summary>Never throws for what happens on the way; no words have the secret or a token in them.</summary>
    private async Task<(string? Token, TimeSpan Lifetime, string? Problem)> RequestAsync()
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        try
        {
            var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = login.ClientId, ["client_secret"] = clientSecret };
            if (login.Scope is { } scope)
            {
                form["scope"] = scope;
            }

            using var content = new FormUrlEncodedContent(form);
            using var response = await http.PostAsync(login.TokenEndpoint, content, deadline.Token).ConfigureAwait(false);
            var octets = await response.Content.ReadAsByteArrayAsync(deadline.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? Read(octets) : (null, default, $"{login.TokenEndpoint.Host} answered {(int)response.StatusCode}{Words(octets)}");
        }
        catch (OperationCanceledException)
        {
            return (null, default, $"{login.TokenEndpoint.Host} took too long");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return (null, default, $"{login.TokenEndpoint.Host}: {PeerText.Escape(fault.InnerException is { } inner ? $"{fault.Message} {inner.Message}" : fault.Message)}");
        }
    }

    /// <summary>RFC 6749 §5.1.</summary>
    private (string? Token, TimeSpan Lifetime, string? Problem) Read(byte[] octets)
    {
        var host = login.TokenEndpoint.Host;
        if (Parse(octets) is not { } answer)
        {
            return (null, default, $"{host} answered with something that is no JSON object");
        }

        if (Text(answer, "access_token") is not { Length: > 0 } token || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return (null, default, $"{host} answered without an access_token that can be used");
        }

        if (Text(answer, "token_type") is { } type && !type.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return (null, default, $"{host} gave a token of type {Shorten(type)}, not Bearer");
        }

        return (token, Lifetime(answer), null);
    }

    /// <summary>Some write the number as a string.</summary>
    private static TimeSpan Lifetime(JsonElement answer)
    {
        var seconds = 0d;
        var isGiven = answer.TryGetProperty("expires_in", out var value)
            && (value.ValueKind == JsonValueKind.Number ? value.TryGetDouble(out seconds)
                : value.ValueKind == JsonValueKind.String && double.TryParse(value.GetString(), System.Globalization.CultureInfo.InvariantCulture, out seconds));
        return isGiven && seconds is > 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : AssumedLifetime;
    }

    /// <summary>RFC 6749 §5.2.</summary>
    private static string Words(byte[] octets) =>
        Parse(octets) is { } answer && Text(answer, "error") is { } error
            ? $": {Shorten(Text(answer, "error_description") is { } description ? $"{error} ({description})" : error)}"
            : "";

    private static string Shorten(string words) => PeerText.Escape(words.Length > MaxWords ? $"{words[..MaxWords]}..." : words);

    private static JsonElement? Parse(byte[] octets)
    {
        try
        {
            using var document = JsonDocument.Parse(octets);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
