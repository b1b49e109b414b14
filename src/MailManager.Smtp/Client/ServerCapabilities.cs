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

    /// <summary>RFC 4616.</summary>
    public bool AuthPlain { get; private init; }

    public bool AuthLogin { get; private init; }

    /// <summary>Reads the text of an EHLO reply: the first line is the server's name, each other one an extension.</summary>
    public static ServerCapabilities Parse(string text)
    {
        bool pipelining = false, eightBitMime = false, startTls = false, size = false, plain = false, login = false;
        long maxSize = 0;
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
                continue;
            }

            pipelining |= Is(keyword, "PIPELINING");
            eightBitMime |= Is(keyword, "8BITMIME");
            startTls |= Is(keyword, "STARTTLS");
            if (Is(keyword, "SIZE"))
            {
                size = true;
                maxSize = long.TryParse(argument, out var value) && value > 0 ? value : 0;
            }
            else if (Is(keyword, "AUTH"))
            {
                // "AUTH=PLAIN LOGIN" is what servers said before RFC 2554.
                foreach (var mechanism in argument.Split(' '))
                {
                    plain |= Is(argument[mechanism], "PLAIN");
                    login |= Is(argument[mechanism], "LOGIN");
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
            AuthPlain = plain,
            AuthLogin = login,
        };
    }

    private static bool Is(ReadOnlySpan<char> keyword, string name) => keyword.Equals(name, StringComparison.OrdinalIgnoreCase);
}
