using System.Globalization;
using System.Text.RegularExpressions;

namespace MailManager.Smtp.Tests.Server;

/// <summary>
/// What a session must answer, told without any of the server's code: reads the whole of what a client sends, line by line, with the state of
/// RFC 5321 §4.1.4, RFC 3030, RFC 3207 and RFC 4954 in a few variables. The local-parts of addresses and words of the content say what the service
/// behind does, as <see cref="ModelService"/> does it.
/// </summary>
internal sealed partial class SessionModel(SessionKind kind, string client)
{
    private readonly Dictionary<string, int> _recipientCommands = [];
    private readonly List<string> _asked = [];
    private readonly List<string> _recipients = [];
    private string _client = client;
    private string _helo = "";
    private string _identity = "";
    private bool _isGreeted;
    private bool _isTls;
    private bool _isMemoryFull;
    private string? _sender;
    private bool _isUtf8;
    private bool _isBinary;
    private bool _isBeginRefused;
    private string? _chunks;
    private int _authSteps;
    private int _transactions;
    private int _errors;
    private int _unknown;

    /// <summary>The codes of all replies, in order.</summary>
    public List<int> Codes { get; } = [220];

    /// <summary>All that the service must know of each message that was answered 250.</summary>
    public List<string> Accepted { get; } = [];

    /// <summary>The server has closed, or waits for something that does not come.</summary>
    public bool IsOver { get; private set; }

    /// <summary>STARTTLS was answered 220.</summary>
    public bool IsHandshakeDue { get; private set; }

    /// <summary>TLS is up, and everything said before is forgotten.</summary>
    public void Secure()
    {
        IsHandshakeDue = false;
        _isTls = true;
        StartAgain();
    }

    /// <summary>Takes octets, as Latin-1, that start where a command may.</summary>
    public void Take(string octets)
    {
        while (octets.Length > 0 && !IsOver)
        {
            var end = octets.IndexOf('\n', StringComparison.Ordinal) + 1;
            var maxLine = kind.HasAuth ? 12_288 : SessionKind.MaxCommandLine;
            if (end == 0 || end > maxLine)
            {
                IsOver = true;
                if (end > 0 || octets.Length >= maxLine)
                {
                    Codes.Add(500);
                }

                return;
            }

            var line = octets[..end];
            octets = octets[end..];
            if (line.EndsWith("\r\n", StringComparison.Ordinal))
            {
                Command(line[..^2], ref octets);
            }
            else
            {
                _authSteps = 0;
                Refuse(500);
            }
        }
    }

    private void Command(string line, ref string rest)
    {
        if (_authSteps > 0)
        {
            Respond(line);
            return;
        }

        var verb = line.Split(' ', 2)[0].ToUpperInvariant();
        var argument = line.Contains(' ', StringComparison.Ordinal) ? line.Split(' ', 2)[1] : "";
        if (line.Length > SessionKind.MaxCommandLine - 2 && verb != "AUTH")
        {
            Refuse(500);
            return;
        }

        var mustGreet = verb is "MAIL" or "RCPT" or "DATA" or "STARTTLS" or "AUTH" && !_isGreeted;
        var mustWait = verb is "MAIL" or "STARTTLS" or "AUTH" or "XCLIENT" && _sender is not null;
        if (mustGreet || mustWait)
        {
            Refuse(503);
            return;
        }

        switch (verb)
        {
            case "EHLO" or "HELO" when !kind.IsLmtp:
            case "LHLO" when kind.IsLmtp:
                Hello(argument);
                break;
            case "MAIL":
                Mail(argument);
                break;
            case "RCPT":
                Recipient(argument);
                break;
            case "DATA":
                Data(argument, ref rest);
                break;
            case "BDAT":
                Chunk(argument, ref rest);
                break;
            case "RSET" when argument.Length > 0:
                Refuse(501);
                break;
            case "RSET":
                Forget();
                Codes.Add(250);
                break;
            case "NOOP":
                Codes.Add(250);
                break;
            case "VRFY":
                Codes.Add(252);
                break;
            case "HELP":
                Codes.Add(214);
                break;
            case "EXPN":
                Refuse(502);
                break;
            case "STARTTLS":
                StartTls(rest);
                break;
            case "AUTH" when kind.HasAuth:
                Authenticate(argument);
                break;
            case "XCLIENT":
                XClient(argument);
                break;
            case "GET" or "POST" or "PROXY":
                Close(554);
                break;
            case "QUIT":
                Close(221);
                break;
            default:
                Unknown();
                break;
        }
    }

    private void Hello(string argument)
    {
        if (argument is not "client.example" and not "[192.0.2.9]")
        {
            Refuse(501);
            return;
        }

        Forget();
        _helo = argument;
        _isGreeted = true;
        Codes.Add(250);
    }

    private void Mail(string argument)
    {
        var sender = Address().Match(argument).Groups[1].Value;
        if ((kind.RequiresTls && !_isTls) || (kind.RequiresAuth && _identity.Length == 0))
        {
            Refuse(530);
        }
        else if (sender.Length == 0)
        {
            Refuse(501);
        }
        else if (sender.Any(character => character > '~') && !argument.Contains(" SMTPUTF8", StringComparison.Ordinal))
        {
            Refuse(553);
        }
        else if (argument.Contains(" REQUIRETLS", StringComparison.Ordinal) && !_isTls)
        {
            Refuse(555);
        }
        else if (argument.Contains(" SIZE=99999", StringComparison.Ordinal))
        {
            Refuse(552);
        }
        else if (_transactions == SessionKind.MaxTransactions)
        {
            Close(421);
        }
        else if (_isMemoryFull)
        {
            Codes.Add(451);
        }
        else if (sender.StartsWith("throw", StringComparison.Ordinal))
        {
            IsOver = true;
        }
        else if (sender.StartsWith("denied", StringComparison.Ordinal))
        {
            Refuse(550);
        }
        else
        {
            _transactions++;
            _sender = sender;
            _isUtf8 = argument.Contains(" SMTPUTF8", StringComparison.Ordinal);
            _isBinary = argument.Contains("BINARYMIME", StringComparison.Ordinal);
            Codes.Add(250);
        }
    }

    private void Recipient(string argument)
    {
        var recipient = Address().Match(argument).Groups[1].Value;
        if (_sender is null || _chunks is not null)
        {
            Refuse(503);
        }
        else if (recipient.Length == 0)
        {
            Refuse(501);
        }
        else if (recipient.Any(character => character > '~') && !_isUtf8)
        {
            Refuse(553);
        }
        else if (_recipients.Count == SessionKind.MaxRecipients)
        {
            Codes.Add(452);
        }
        else if (CountRecipientCommand() > SessionKind.MaxRecipientCommands)
        {
            Codes.Add(452);
        }
        else
        {
            Ask(recipient);
        }
    }

    /// <summary>A client of IPv6 is its /64.</summary>
    private int CountRecipientCommand()
    {
        var network = _client.Split("::")[0];
        return _recipientCommands[network] = _recipientCommands.GetValueOrDefault(network) + 1;
    }

    private void Ask(string recipient)
    {
        _asked.Add(recipient);
        if (recipient.StartsWith("throw", StringComparison.Ordinal))
        {
            IsOver = true;
        }
        else if (recipient.StartsWith("denied", StringComparison.Ordinal))
        {
            Refuse(550);
        }
        else
        {
            _isMemoryFull = !recipient.StartsWith("drain", StringComparison.Ordinal) && (_isMemoryFull || recipient.StartsWith("fill", StringComparison.Ordinal));
            _recipients.Add(recipient);
            Codes.Add(250);
        }
    }

    private void Data(string argument, ref string rest)
    {
        if (_recipients.Count == 0 || _chunks is not null)
        {
            Refuse(503);
        }
        else if (argument.Length > 0)
        {
            Refuse(501);
        }
        else if (_isBinary)
        {
            Refuse(503);
        }
        else if (IsBeginRefused())
        {
            Codes.Add(451);
        }
        else
        {
            Codes.Add(354);
            var isEmpty = rest.StartsWith(".\r\n", StringComparison.Ordinal);
            var end = isEmpty ? 0 : rest.IndexOf("\r\n.\r\n", StringComparison.Ordinal) + 2;
            if (end < 2 && !isEmpty)
            {
                IsOver = true;
                return;
            }

            var content = StuffedDot().Replace(rest[..end], "$1");
            rest = rest[(end + 3)..];
            End(content.Length > SessionKind.MaxMessageSize ? 552 : HasBareOctets(content) ? 550 : 250, content);
        }
    }

    private void Chunk(string argument, ref string rest)
    {
        var match = ChunkSize().Match(argument);
        if (!match.Success)
        {
            Close(501);
            return;
        }

        var size = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        var isLast = match.Groups[2].Success;
        var refusal = _recipients.Count == 0 ? 503 : _chunks is null && IsBeginRefused() ? 451 : 0;
        if (refusal == 451)
        {
            // The message can never be whole any more.
            Forget();
        }

        if (size > SessionKind.MaxMessageSize)
        {
            Close(refusal > 0 ? refusal : 552);
            return;
        }

        if (rest.Length < size)
        {
            IsOver = true;
            return;
        }

        var octets = rest[..(int)size];
        rest = rest[(int)size..];
        if (refusal > 0)
        {
            Refuse(refusal);
            return;
        }

        _chunks += octets;
        var header = _chunks.Split("\r\n\r\n", 2)[0];
        var isFree = _isBinary && (_chunks.StartsWith("\r\n", StringComparison.Ordinal) || header.Length < _chunks.Length);
        var isCut = !isLast && _chunks.EndsWith('\r');
        var suspect = !isFree ? isCut ? _chunks[..^1] : _chunks : _chunks.StartsWith("\r\n", StringComparison.Ordinal) ? "" : header;
        var outcome = _chunks.Length > SessionKind.MaxMessageSize ? 552 : HasBareOctets(suspect) ? 550 : isLast ? 250 : 0;
        if (outcome > 0)
        {
            End(outcome, _chunks);
        }
        else
        {
            Codes.Add(250);
        }
    }

    /// <summary>The service refuses to begin such a message once.</summary>
    private bool IsBeginRefused()
    {
        var isRefused = _sender!.StartsWith("begin", StringComparison.Ordinal) && !_isBeginRefused;
        _isBeginRefused = true;
        return isRefused;
    }

    private void End(int code, string content)
    {
        var isThrown = code == 250 && _sender!.StartsWith("endthrow", StringComparison.Ordinal);
        if (code == 250)
        {
            code = _sender!.StartsWith("full", StringComparison.Ordinal) ? 452
                : _sender.StartsWith("fault", StringComparison.Ordinal) ? 451
                : content.Contains("spam", StringComparison.Ordinal) ? 554
                : 250;
        }

        if (isThrown)
        {
            IsOver = true;
            return;
        }

        if (code == 250)
        {
            Accepted.Add(ModelService.Describe(_client, _helo, _identity, _isTls, _sender!, _asked, _recipients, content));
        }

        var repeats = kind.IsLmtp ? _recipients.Count - 1 : 0;
        Codes.AddRange(Enumerable.Repeat(code, repeats));
        Forget();
        Refuse(code);
    }

    private void StartTls(string rest)
    {
        if (_isTls)
        {
            Refuse(503);
        }
        else if (!kind.HasTls)
        {
            Refuse(502);
        }
        else if (rest.Length > 0)
        {
            Close(554);
        }
        else
        {
            Codes.Add(220);
            IsHandshakeDue = true;
        }
    }

    private void Authenticate(string argument)
    {
        if (!_isTls)
        {
            Refuse(530);
        }
        else if (_identity.Length > 0)
        {
            Refuse(503);
        }
        else if (argument.Length == 0)
        {
            Refuse(501);
        }
        else if (argument != "TWO b25l")
        {
            Refuse(504);
        }
        else
        {
            _authSteps = 1;
            Codes.Add(334);
        }
    }

    private void Respond(string line)
    {
        _authSteps = 0;
        if (line == "dHdv")
        {
            _identity = "one";
            Codes.Add(235);
        }
        else
        {
            Refuse(line == "*" || line.Length % 4 > 0 || line.Any(character => !char.IsAsciiLetterOrDigit(character) && character is not ('+' or '/' or '=')) ? 501 : 535);
        }
    }

    private void XClient(string argument)
    {
        var match = XClientAddress().Match(argument);
        if (!match.Success)
        {
            Refuse(501);
            return;
        }

        _client = match.Groups[1].Value;
        StartAgain();
        if (_client.StartsWith("2001:db8:bad", StringComparison.Ordinal))
        {
            Close(554);
        }
        else
        {
            Codes.Add(220);
        }
    }

    private void Unknown()
    {
        if (++_unknown < SessionKind.MaxUnknownCommands)
        {
            Refuse(500);
        }
        else
        {
            Close(421);
        }
    }

    private void Refuse(int code)
    {
        Codes.Add(code);
        if (code >= 500 && ++_errors == SessionKind.MaxErrors)
        {
            Close(421);
        }
    }

    private void Close(int code)
    {
        Codes.Add(code);
        IsOver = true;
    }

    private void StartAgain()
    {
        Forget();
        _isGreeted = false;
        _helo = "";
        _identity = "";
    }

    private void Forget()
    {
        _sender = null;
        _chunks = null;
        _isUtf8 = false;
        _isBinary = false;
        _isBeginRefused = false;
        _asked.Clear();
        _recipients.Clear();
    }

    private static bool HasBareOctets(string content) => content.Replace("\r\n", "", StringComparison.Ordinal).IndexOfAny(['\r', '\n', '\0']) >= 0;

    [GeneratedRegex("^(?:FROM|TO):<([^<>]+@[a-z.]+)>(?: [A-Z0-9=]+)*$")]
    private static partial Regex Address();

    [GeneratedRegex("^([0-9]{1,12})( LAST)?$")]
    private static partial Regex ChunkSize();

    [GeneratedRegex("(^|\r\n)\\.")]
    private static partial Regex StuffedDot();

    [GeneratedRegex("^ADDR=IPv6:([0-9a-f:]+)( PROTO=SMTP HELO=claimed.example)?$")]
    private static partial Regex XClientAddress();
}
