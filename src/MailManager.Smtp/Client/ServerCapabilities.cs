using System.Collections.Immutable;

namespace MailManager.Smtp.Client;

/// <summary>What a server offered in its EHLO reply (RFC 5321 §4.1.1.1); nothing after HELO.</summary>
public sealed class ServerCapabilities
{
    public static ServerCapabilities None { get; } = new();

    /// <summary>RFC 2920.</summary>
    public bool Pipelining { get; private init; }

    /// <summary>RFC 6152.</summary>
    public bool EightBitMime { get; private init; }

    /// <summary>RFC 3207.</summary>
    public bool StartTls { get; private init; }

    /// <summary>RFC 1870: the SIZE parameter is understood.</summary>
    public bool Size { get; private init; }

    /// <summary>Largest message in octets; 0: unknown.</summary>
    public long MaxSize { get; private init; }

    /// <summary>RFC 4954: those of its mechanisms that the client knows.</summary>
    public ImmutableArray<AuthMechanism> AuthMechanisms { get; private init; } = [];

    /// <summary>Logins by access token: AUTH XOAUTH2.</summary>
    public bool OffersTokens { get; private init; }

    /// <summary>RFC 3461.</summary>
    public bool Dsn { get; private init; }

    /// <summary>RFC 6531.</summary>
    public bool SmtpUtf8 { get; private init; }

    /// <summary>RFC 3030: BDAT, and any octets with it.</summary>
    public bool BinaryMime { get; private init; }

    /// <summary>RFC 8689.</summary>
    public bool RequireTls { get; private init; }

    /// <summary>Recipients that the server takes in one transaction (RFC 9422 RCPTMAX); 0: not said.</summary>
    public int MaxRecipients { get; private init; }

    /// <summary>Transactions that the server takes in one session (RFC 9422 MAILMAX); 0: not said.</summary>
    public int MaxTransactions { get; private init; }

    /// <summary>The name by which the server answers; empty after HELO.</summary>
    public string ServerName { get; private init; } = string.Empty;

    /// <summary>Reads the text of an EHLO reply: the first line is the server's name, each other one an extension.</summary>
    public static ServerCapabilities Parse(string text)
    {
        bool pipelining = false, eightBitMime = false, startTls = false, size = false;
        var mechanisms = ImmutableArray<AuthMechanism>.Empty;
        bool offersTokens = false, dsn = false, smtpUtf8 = false, chunking = false, binaryMime = false, requireTls = false;
        long maxSize = 0;
        int maxRecipients = 0, maxTransactions = 0;
        var serverName = string.Empty;
        var lines = text.AsSpan();
        var isFirst = true;
        foreach (var range in lines.Split('\n'))
        {
            var line = lines[range].Trim();
            var space = line.IndexOfAny(' ', '=');
            var keyword = space < 0 ? line : line[..space];
            var argument = space < 0 ? default : line[(space + 1)..].Trim();
            if (isFirst)
            {
                isFirst = false;
                serverName = keyword.ToString();
                continue;
            }

            pipelining |= Is(keyword, "PIPELINING");
            eightBitMime |= Is(keyword, "8BITMIME");
            startTls |= Is(keyword, "STARTTLS");
            dsn |= Is(keyword, "DSN");
            smtpUtf8 |= Is(keyword, "SMTPUTF8");
            chunking |= Is(keyword, "CHUNKING");
            binaryMime |= Is(keyword, "BINARYMIME");
            requireTls |= Is(keyword, "REQUIRETLS");
            if (Is(keyword, "SIZE"))
            {
                size = true;
                maxSize = long.TryParse(argument, out var value) && value > 0 ? value : 0;
            }
            else if (Is(keyword, "LIMITS"))
            {
                foreach (var limit in argument.Split(' '))
                {
                    TryReadLimit(argument[limit], "RCPTMAX=", ref maxRecipients);
                    TryReadLimit(argument[limit], "MAILMAX=", ref maxTransactions);
                }
            }
            else if (Is(keyword, "AUTH"))
            {
                // "AUTH=PLAIN LOGIN" is what servers said before RFC 2554.
                foreach (var mechanism in argument.Split(' '))
                {
                    offersTokens |= Is(argument[mechanism], TokenExchange.Name);
                    if (AuthMechanismNames.Find(argument[mechanism]) is { } known && !mechanisms.Contains(known))
                    {
                        mechanisms = mechanisms.Add(known);
                    }
                }
            }
        }

        return new ServerCapabilities
        {
            Pipelining = pipelining,
            EightBitMime = eightBitMime,
            StartTls = startTls,
            Size = size,
            MaxSize = maxSize,
            AuthMechanisms = mechanisms,
            OffersTokens = offersTokens,
            Dsn = dsn,
            SmtpUtf8 = smtpUtf8,

            // RFC 3030 §3: the one is of no use without the other.
            BinaryMime = binaryMime && chunking,
            RequireTls = requireTls,
            MaxRecipients = maxRecipients,
            MaxTransactions = maxTransactions,
            ServerName = serverName,
        };
    }

    /// <summary>One to six digits (RFC 9422 §4); anything else says nothing.</summary>
    private static void TryReadLimit(ReadOnlySpan<char> limit, string name, ref int value)
    {
        if (limit.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            && limit[name.Length..] is { Length: >= 1 and <= 6 } digits
            && int.TryParse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var read)
            && read > 0)
        {
            value = read;
        }
    }

    private static bool Is(ReadOnlySpan<char> keyword, string name) => keyword.Equals(name, StringComparison.OrdinalIgnoreCase);
}
