using System.Text;

namespace MailManager.Smtp.Grammar;

/// <summary>A command line split into its verb and the rest (RFC 5321 §4.1.1). Never throws, never allocates.</summary>
public readonly ref struct CommandLine
{
    private CommandLine(SmtpVerb verb, ReadOnlySpan<byte> argument)
    {
        Verb = verb;
        Argument = argument;
    }

    public SmtpVerb Verb { get; }

    /// <summary>What follows the verb, without the white space around it. For MAIL and RCPT it starts with <c>FROM:</c> or <c>TO:</c>.</summary>
    public ReadOnlySpan<byte> Argument { get; }

    /// <param name="line">Without its CRLF. Verbs ignore case (RFC 5321 §2.4).</param>
    public static CommandLine Parse(ReadOnlySpan<byte> line)
    {
        var verbEnd = line.IndexOfAny((byte)' ', (byte)'\t');
        var verb = verbEnd < 0 ? line : line[..verbEnd];
        var argument = verbEnd < 0 ? [] : line[(verbEnd + 1)..].Trim(" \t"u8);
        return new CommandLine(Recognize(verb), argument);
    }

    private static SmtpVerb Recognize(ReadOnlySpan<byte> verb) => verb.Length switch
    {
        4 => Recognize4(verb),
        8 when Ascii.EqualsIgnoreCase(verb, "STARTTLS"u8) => SmtpVerb.StartTls,
        _ => SmtpVerb.Unknown,
    };

    private static SmtpVerb Recognize4(ReadOnlySpan<byte> verb)
    {
        if (Ascii.EqualsIgnoreCase(verb, "RCPT"u8))
        {
            return SmtpVerb.Rcpt;
        }

        if (Ascii.EqualsIgnoreCase(verb, "MAIL"u8))
        {
            return SmtpVerb.Mail;
        }

        if (Ascii.EqualsIgnoreCase(verb, "DATA"u8))
        {
            return SmtpVerb.Data;
        }

        if (Ascii.EqualsIgnoreCase(verb, "EHLO"u8))
        {
            return SmtpVerb.Ehlo;
        }

        if (Ascii.EqualsIgnoreCase(verb, "HELO"u8))
        {
            return SmtpVerb.Helo;
        }

        if (Ascii.EqualsIgnoreCase(verb, "QUIT"u8))
        {
            return SmtpVerb.Quit;
        }

        if (Ascii.EqualsIgnoreCase(verb, "RSET"u8))
        {
            return SmtpVerb.Rset;
        }

        if (Ascii.EqualsIgnoreCase(verb, "NOOP"u8))
        {
            return SmtpVerb.Noop;
        }

        if (Ascii.EqualsIgnoreCase(verb, "VRFY"u8))
        {
            return SmtpVerb.Vrfy;
        }

        if (Ascii.EqualsIgnoreCase(verb, "EXPN"u8))
        {
            return SmtpVerb.Expn;
        }

        return Ascii.EqualsIgnoreCase(verb, "HELP"u8) ? SmtpVerb.Help : SmtpVerb.Unknown;
    }
}
