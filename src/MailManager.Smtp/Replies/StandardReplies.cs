namespace MailManager.Smtp.Replies;

/// <summary>The server's fixed replies, each once (RFC 5321 §4.2.3, RFC 3463).</summary>
public static class StandardReplies
{
    public static readonly SmtpReply Ok = Make(250, 2, 0, 0, "Ok");
    public static readonly SmtpReply SenderOk = Make(250, 2, 1, 0, "Sender ok");
    public static readonly SmtpReply RecipientOk = Make(250, 2, 1, 5, "Recipient ok");
    public static readonly SmtpReply StartMailInput = new(354, "End data with <CR><LF>.<CR><LF>");
    public static readonly SmtpReply Goodbye = Make(221, 2, 0, 0, "Goodbye");
    public static readonly SmtpReply ReadyForTls = Make(220, 2, 0, 0, "Ready to start TLS");
    public static readonly SmtpReply CannotVerify = Make(252, 2, 5, 2, "Cannot verify, but will take messages for valid recipients");
    public static readonly SmtpReply Help = Make(214, 2, 0, 0, "Commands: EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP STARTTLS AUTH QUIT (RFC 5321)");
    public static readonly SmtpReply Authenticated = Make(235, 2, 7, 0, "Authentication successful");

    public static readonly SmtpReply ShuttingDown = Make(421, 4, 3, 2, "Service shutting down, try again later");
    public static readonly SmtpReply TooManySessions = Make(421, 4, 3, 2, "Too many sessions, try again later");
    public static readonly SmtpReply TimedOut = Make(421, 4, 4, 2, "Timed out waiting for input");
    public static readonly SmtpReply TooSlow = Make(421, 4, 4, 2, "Message arrives too slowly");
    public static readonly SmtpReply SessionTooLong = Make(421, 4, 4, 2, "Session has lasted too long, connect again");
    public static readonly SmtpReply TooManyTransactions = Make(421, 4, 7, 0, "Too many messages in this session, connect again");
    public static readonly SmtpReply TooManyErrors = Make(421, 4, 7, 0, "Too many errors in this session");
    public static readonly SmtpReply InternalFault = Make(451, 4, 3, 0, "Internal fault, try again later");
    public static readonly SmtpReply InsufficientStorage = Make(452, 4, 3, 1, "Insufficient system storage, try again later");
    public static readonly SmtpReply TooManyRecipients = Make(452, 4, 5, 3, "Too many recipients");
    public static readonly SmtpReply TlsNotAvailable = Make(454, 4, 7, 0, "TLS not available now");

    public static readonly SmtpReply UnknownCommand = Make(500, 5, 5, 2, "Command not recognized");
    public static readonly SmtpReply BadBase64 = Make(501, 5, 5, 2, "Not valid base64");
    public static readonly SmtpReply BdatSyntax = Make(501, 5, 5, 4, "Syntax: BDAT octets [LAST]");
    public static readonly SmtpReply AuthSyntax = Make(501, 5, 5, 4, "Syntax: AUTH mechanism [initial-response]");
    public static readonly SmtpReply XClientSyntax = Make(501, 5, 5, 4, "Bad XCLIENT attribute or value");
    public static readonly SmtpReply AuthCancelled = Make(501, 5, 7, 0, "Authentication cancelled");
    public static readonly SmtpReply UnknownMechanism = Make(504, 5, 5, 4, "Authentication mechanism not offered here");
    public static readonly SmtpReply LineTooLong = Make(500, 5, 5, 2, "Line too long");
    public static readonly SmtpReply LineEndMustBeCrLf = Make(500, 5, 5, 2, "Lines must end with CR LF");
    public static readonly SmtpReply HeloNeedsName = Make(501, 5, 5, 4, "EHLO and HELO need a domain name or address literal");
    public static readonly SmtpReply MailSyntax = Make(501, 5, 5, 4, "Syntax: MAIL FROM:<address> [SIZE=n] [BODY=type]");
    public static readonly SmtpReply RcptSyntax = Make(501, 5, 5, 4, "Syntax: RCPT TO:<address>");
    public static readonly SmtpReply NoArgument = Make(501, 5, 5, 4, "This command takes no argument");
    public static readonly SmtpReply BadParameter = Make(501, 5, 5, 4, "Malformed parameter");
    public static readonly SmtpReply NotImplemented = Make(502, 5, 5, 1, "Command not implemented");
    public static readonly SmtpReply BadSequence = Make(503, 5, 5, 1, "Bad sequence of commands");
    public static readonly SmtpReply SayHelloFirst = Make(503, 5, 5, 1, "Say EHLO or HELO first");
    public static readonly SmtpReply NeedMailFirst = Make(503, 5, 5, 1, "Need MAIL before this command");
    public static readonly SmtpReply NeedRcptFirst = Make(503, 5, 5, 1, "Need an accepted RCPT before DATA");
    public static readonly SmtpReply MailAlreadyGiven = Make(503, 5, 5, 1, "Sender already given");
    public static readonly SmtpReply TlsAlreadyActive = Make(503, 5, 5, 1, "TLS already active");
    public static readonly SmtpReply AlreadyAuthenticated = Make(503, 5, 5, 1, "Already authenticated");
    public static readonly SmtpReply BinaryNeedsBdat = Make(503, 5, 5, 1, "BODY=BINARYMIME needs BDAT");
    public static readonly SmtpReply DataAfterBdat = Make(503, 5, 5, 1, "The message was begun with BDAT");
    public static readonly SmtpReply MustAuthenticate = Make(530, 5, 7, 0, "Authentication required");
    public static readonly SmtpReply MustStartTls = Make(530, 5, 7, 0, "Must issue a STARTTLS command first");
    public static readonly SmtpReply BareLineEnds = Make(550, 5, 6, 11, "Message holds a bare CR, a bare LF or a NUL");
    public static readonly SmtpReply MessageTooLarge = Make(552, 5, 3, 4, "Message is larger than allowed here");
    public static readonly SmtpReply HeaderTooLarge = Make(552, 5, 3, 4, "Header block is larger than allowed here");
    public static readonly SmtpReply HeaderFieldTooLarge = Make(552, 5, 3, 4, "A header field is larger than allowed here");
    public static readonly SmtpReply TooManyHeaderFields = Make(552, 5, 3, 4, "More header fields than allowed here");
    public static readonly SmtpReply BadSenderAddress = Make(553, 5, 1, 7, "Sender address is malformed");
    public static readonly SmtpReply AddressNeedsSmtpUtf8 = Make(553, 5, 6, 7, "A non-ASCII address needs SMTPUTF8");
    public static readonly SmtpReply BadRecipientAddress = Make(553, 5, 1, 3, "Recipient address is malformed");
    public static readonly SmtpReply TooManyHops = Make(554, 5, 4, 6, "Too many Received fields, this is a mail loop");
    public static readonly SmtpReply MailLoop = Make(554, 5, 4, 6, "The message has been here too often, this is a mail loop");
    public static readonly SmtpReply NotSmtp = Make(554, 5, 5, 1, "This is a mail server and speaks SMTP only");
    public static readonly SmtpReply SpokeTooEarly = Make(554, 5, 5, 1, "Client spoke before the greeting");
    public static readonly SmtpReply CommandsAfterStartTls = Make(554, 5, 5, 1, "Nothing may follow STARTTLS before the handshake");
    public static readonly SmtpReply UnknownParameter = Make(555, 5, 5, 4, "Parameter not recognized");

    private static SmtpReply Make(int code, byte @class, ushort subject, ushort detail, string text) =>
        new(code, new EnhancedStatus(@class, subject, detail), text);
}
