using System.Text;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Sasl.Grammar;

namespace MailManager.Smtp.Client;

/// <summary>AUTH (RFC 4954): which mechanism, and the lines of its exchange. Nothing of them is ever part of a failure's reason.</summary>
internal static class SessionLogin
{
    /// <summary>Longest command line, RFC 5321 §4.5.3.1.4; a longer initial response goes on a line of its own.</summary>
    private const int MaxCommandLine = 512;

    public static async ValueTask<SmtpFailure?> RunAsync(SmtpClientConnection connection, SmtpClientSettings settings)
    {
        if (settings.HidesLogin && connection.TlsProtocol == System.Security.Authentication.SslProtocols.None)
        {
            return Local("credentials are not sent in clear text");
        }

        if (settings.AccessTokens is { } tokens)
        {
            return await RunAsync(connection, settings, tokens).ConfigureAwait(false);
        }

        if (settings.Credentials is not { } credentials)
        {
            return null;
        }

        if (credentials.UserName.Length == 0 || credentials.UserName.Contains('\0', StringComparison.Ordinal) || credentials.Password.Contains('\0', StringComparison.Ordinal))
        {
            return Local("the credentials are missing or not usable");
        }

        foreach (var mechanism in settings.AuthMechanisms)
        {
            if (connection.Capabilities.AuthMechanisms.Contains(mechanism) && Fits(mechanism, credentials))
            {
                return await RunAsync(connection, settings, AuthMechanismNames.NameOf(mechanism), Create(mechanism, credentials)).ConfigureAwait(false);
            }
        }

        return Local($"the server offers none of AUTH {string.Join(", ", settings.AuthMechanisms.Select(AuthMechanismNames.NameOf))}");
    }

    /// <summary>A token that the server refuses may have been revoked before its time: one more is tried.</summary>
    private static async ValueTask<SmtpFailure?> RunAsync(SmtpClientConnection connection, SmtpClientSettings settings, IAccessTokens tokens)
    {
        if (!connection.Capabilities.OffersTokens)
        {
            return Local($"the server does not offer AUTH {TokenExchange.Name}");
        }

        SmtpFailure? failure = null;
        string? refused = null;
        while (true)
        {
            var (token, problem) = await tokens.FindAsync(connection.Closed).ConfigureAwait(false);
            if (token is null || token == refused)
            {
                return failure ?? Local($"no access token: {problem}");
            }

            failure = await RunAsync(connection, settings, TokenExchange.Name, new TokenExchange(tokens.UserName, token)).ConfigureAwait(false);
            if (failure is not { Party: SmtpParty.Peer, Reply.IsPermanent: true })
            {
                return failure;
            }

            tokens.Refuse(token);
            if (refused is not null)
            {
                return failure;
            }

            refused = token;
        }
    }

    private static async ValueTask<SmtpFailure?> RunAsync(SmtpClientConnection connection, SmtpClientSettings settings, string name, IAuthExchange exchange)
    {
        var initial = exchange.InitialResponse;
        var command = Line(initial is null ? $"AUTH {name}" : $"AUTH {name} {Convert.ToBase64String(initial)}");
        if (command.Length > MaxCommandLine)
        {
            command = Line($"AUTH {name}");
        }
        else
        {
            initial = null;
        }

        CommandWriter.Write(connection.Output, command);
        while (true)
        {
            // Each exchange ends by itself after a few steps, however often the server says 334.
            var read = await connection.ReadReplyAsync(settings.Timeouts.Hello).ConfigureAwait(false);
            if (read.Reply.IsPositive)
            {
                return exchange.IsComplete ? null : Peer("the server says that the login succeeded before it has proved itself");
            }

            if (!read.Reply.IsIntermediate)
            {
                return read.IsReply ? SmtpFailure.Refused(SmtpPhase.Authentication, read.Reply) : SmtpFailure.Fault(SmtpPhase.Authentication, read.Fault);
            }

            if (initial is not null)
            {
                CommandWriter.Write(connection.Output, Line(Convert.ToBase64String(initial)));
                initial = null;
                continue;
            }

            if (!TryDecode(read.Reply.Text, exchange is LoginClientExchange, out var challenge))
            {
                return Peer("the server's challenge is not base64");
            }

            if (!exchange.TryAnswer(challenge, out var response, out var problem))
            {
                return Peer(problem);
            }

            CommandWriter.Write(connection.Output, Line(Convert.ToBase64String(response)));
        }
    }

    /// <summary>SCRAM hashes text that is the same for all clients, which without Unicode's tables only printable ASCII is.</summary>
    private static bool Fits(AuthMechanism mechanism, SmtpCredentials credentials) =>
        mechanism != AuthMechanism.ScramSha256
        || (SaslText.IsUserName(Encoding.UTF8.GetBytes(credentials.UserName)) && SaslText.IsPassword(Encoding.UTF8.GetBytes(credentials.Password)));

    private static IAuthExchange Create(AuthMechanism mechanism, SmtpCredentials credentials) => mechanism switch
    {
        AuthMechanism.ScramSha256 => new ScramClientExchange(credentials, ScramClientExchange.CreateNonce()),
        AuthMechanism.Plain => new PlainClientExchange(credentials),
        AuthMechanism.Login => new LoginClientExchange(credentials),
        _ => new CramMd5ClientExchange(credentials),
    };

    /// <summary>Prompts of LOGIN are for people, and some servers send them as they are.</summary>
    private static bool TryDecode(string text, bool isPrompt, out byte[] challenge)
    {
        challenge = isPrompt ? [] : new byte[text.Length];
        if (isPrompt)
        {
            return true;
        }

        if (!Convert.TryFromBase64String(text.Trim(), challenge, out var length))
        {
            return false;
        }

        challenge = challenge[..length];
        return true;
    }

    private static byte[] Line(string text) => Encoding.ASCII.GetBytes(text + "\r\n");

    private static SmtpFailure Local(string reason) => SmtpFailure.Local(SmtpPhase.Authentication, reason);

    private static SmtpFailure Peer(string reason) => new(SmtpParty.Peer, SmtpPhase.Authentication, default, reason);
}
