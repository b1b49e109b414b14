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
    private string _unread = "";
    private bool _isInData;
    private PendingChunk? _pendingChunk;
    private bool _isAuthenticating;
    private int _transactions;
    private int _errors;
    private int _unknown;

    /// <summary>The codes of all replies, in order.</summary>
    public List<int> Codes { get; } = [220];

    /// <summary>All that the service must know of each message that was answered 250.</summary>
    public List<string> Accepted { get; } = [];

    /// <summary>The server has closed.</summary>
    public bool IsOver { get; private set; }

    /// <summary>It has done so without sending what was answered last.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Where the session's time was over; null: nowhere.</summary>
    public SessionPlace? TimedOutAt { get; private set; }

    /// <summary>STARTTLS was answered 220.</summary>
    public bool IsHandshakeDue { get; private set; }

    /// <summary>TLS is up.</summary>
    public bool IsSecure => _isTls;

    /// <summary>TLS is up, and everything said before is forgotten.</summary>
    public void Secure()
    {
        IsHandshakeDue = false;
        _isTls = true;
        StartAgain();
    }

    private void Command(string line)
    {
        if (_isAuthenticating)
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
                Data(argument);
                break;
            case "BDAT":
                Chunk(argument);
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
                StartTls();
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

    private void StartTls()
    {
        if (_isTls)
        {
            Refuse(503);
        }
        else if (!kind.HasTls)
        {
            Refuse(502);
        }
        else if (_unread.Length > 0)
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
            _isAuthenticating = true;
            Codes.Add(334);
        }
    }

    private void Respond(string line)
    {
        _isAuthenticating = false;
        if (line == "bmV2ZXI=")
        {
            Cut();
        }
        else if (line == "dHdv")
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

    [GeneratedRegex("^ADDR=IPv6:([0-9a-f:]+)( PROTO=SMTP HELO=claimed.example)?$")]
    private static partial Regex XClientAddress();
}
