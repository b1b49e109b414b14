using System.Buffers.Binary;
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
        4 => RecognizeFour(BinaryPrimitives.ReadUInt32BigEndian(verb)),
        8 when Ascii.EqualsIgnoreCase(verb, "STARTTLS"u8) => SmtpVerb.StartTls,
        7 when Ascii.EqualsIgnoreCase(verb, "XCLIENT"u8) => SmtpVerb.XClient,
        3 or 5 or 7 when IsForeign(verb) => SmtpVerb.Foreign,
        _ => SmtpVerb.Unknown,
    };

    /// <summary>Clearing bit 5 turns small letters into capitals, and nothing else into a letter.</summary>
    private static SmtpVerb RecognizeFour(uint letters) => (letters & 0xDFDF_DFDF) switch
    {
        ('R' << 24) | ('C' << 16) | ('P' << 8) | 'T' => SmtpVerb.Rcpt,
        ('M' << 24) | ('A' << 16) | ('I' << 8) | 'L' => SmtpVerb.Mail,
        ('D' << 24) | ('A' << 16) | ('T' << 8) | 'A' => SmtpVerb.Data,
        ('E' << 24) | ('H' << 16) | ('L' << 8) | 'O' => SmtpVerb.Ehlo,
        ('H' << 24) | ('E' << 16) | ('L' << 8) | 'O' => SmtpVerb.Helo,
        ('Q' << 24) | ('U' << 16) | ('I' << 8) | 'T' => SmtpVerb.Quit,
        ('R' << 24) | ('S' << 16) | ('E' << 8) | 'T' => SmtpVerb.Rset,
        ('N' << 24) | ('O' << 16) | ('O' << 8) | 'P' => SmtpVerb.Noop,
        ('V' << 24) | ('R' << 16) | ('F' << 8) | 'Y' => SmtpVerb.Vrfy,
        ('E' << 24) | ('X' << 16) | ('P' << 8) | 'N' => SmtpVerb.Expn,
        ('H' << 24) | ('E' << 16) | ('L' << 8) | 'P' => SmtpVerb.Help,
        ('A' << 24) | ('U' << 16) | ('T' << 8) | 'H' => SmtpVerb.Auth,
        ('B' << 24) | ('D' << 16) | ('A' << 8) | 'T' => SmtpVerb.Bdat,
        ('L' << 24) | ('H' << 16) | ('L' << 8) | 'O' => SmtpVerb.Lhlo,
        ('P' << 24) | ('O' << 16) | ('S' << 8) | 'T' => SmtpVerb.Foreign,
        _ => SmtpVerb.Unknown,
    };

    private static bool IsForeign(ReadOnlySpan<byte> verb) =>
        Ascii.EqualsIgnoreCase(verb, "GET"u8) || Ascii.EqualsIgnoreCase(verb, "PUT"u8)
        || Ascii.EqualsIgnoreCase(verb, "PROXY"u8) || Ascii.EqualsIgnoreCase(verb, "CONNECT"u8);
}
