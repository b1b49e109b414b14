using System.Buffers.Text;
using System.Text;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Grammar;

/// <summary>
/// The argument of MAIL (RFC 5321 §4.1.1.2) with SIZE (RFC 1870), BODY (RFC 6152, RFC 3030), SMTPUTF8 (RFC 6531), RET and ENVID (RFC 3461),
/// REQUIRETLS (RFC 8689) and AUTH (RFC 4954).
/// </summary>
public readonly ref struct MailCommand
{
    /// <summary>Longest ENVID as sent, in octets (RFC 3461 §4.4).</summary>
    public const int MaxEnvelopeIdLength = 100;

    /// <summary>Longest value of AUTH as sent, in octets (RFC 4954 §3).</summary>
    private const int MaxAuthLength = 500;

    /// <summary>Sender address, as sent; empty for the null reverse-path. UTF-8 with <see cref="IsUtf8"/>, else ASCII.</summary>
    public ReadOnlySpan<byte> ReversePath { get; private init; }

    /// <summary>Declared size in octets; 0: none declared.</summary>
    public long Size { get; private init; }

    public BodyType Body { get; private init; }

    /// <summary>SMTPUTF8 was given: addresses and header may hold UTF-8 (RFC 6531 §3.4).</summary>
    public bool IsUtf8 { get; private init; }

    /// <summary>REQUIRETLS was given: the message may go on only over verified TLS (RFC 8689 §4).</summary>
    public bool RequireTls { get; private init; }

    public DsnReturn Return { get; private init; }

    /// <summary>ENVID, as sent: valid xtext that decodes to printable ASCII; empty: none.</summary>
    public ReadOnlySpan<byte> EnvelopeId { get; private init; }


    /// <summary>Reads the argument; when false, <paramref name="refusal"/> is the reply that is due. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> argument, out MailCommand command, out SmtpReply refusal)
    {
        command = default;
        if (argument.Length < 5 || !Ascii.EqualsIgnoreCase(argument[..5], "FROM:"u8))
        {
            refusal = StandardReplies.MailSyntax;
            return false;
        }

        if (!PathParser.TryParse(argument[5..].TrimStart((byte)' '), allowPostmaster: false, out var path, out var rest))
        {
            refusal = StandardReplies.BadSenderAddress;
            return false;
        }

        var values = default(Values);
        var parameters = new ParameterReader(rest);
        while (parameters.Read())
        {
            if (!values.Take(parameters.Keyword, parameters.Value, out refusal))
            {
                return false;
            }
        }

        if (!parameters.IsValid)
        {
            refusal = StandardReplies.BadParameter;
            return false;
        }

        if (!values.Has(Parameter.SmtpUtf8) && !Ascii.IsValid(path))
        {
            refusal = StandardReplies.AddressNeedsSmtpUtf8;
            return false;
        }

        refusal = default;
        command = new MailCommand
        {
            ReversePath = path,
            Size = values.Size,
            Body = values.Body,
            IsUtf8 = values.Has(Parameter.SmtpUtf8),
            RequireTls = values.Has(Parameter.RequireTls),
            Return = values.Return,
            EnvelopeId = values.EnvelopeId,
        };
        return true;
    }

    [Flags]
    private enum Parameter
    {
        None = 0,
        Size = 1,
        Body = 2,
        SmtpUtf8 = 4,
        RequireTls = 8,
        Return = 16,
        EnvelopeId = 32,
        Auth = 64,
    }

    /// <summary>The parameters so far. None may come twice: servers would differ on which one counts (RFC 3461 §4.3, §4.4).</summary>
    private ref struct Values
    {
        private Parameter _given;

        public long Size { get; private set; }

        public BodyType Body { get; private set; }

        public DsnReturn Return { get; private set; }

        public ReadOnlySpan<byte> EnvelopeId { get; private set; }

        public readonly bool Has(Parameter parameter) => (_given & parameter) != Parameter.None;

        public bool Take(ReadOnlySpan<byte> keyword, ReadOnlySpan<byte> value, out SmtpReply refusal)
        {
            var parameter = Recognize(keyword);
            if (parameter == Parameter.None)
            {
                refusal = StandardReplies.UnknownParameter;
                return false;
            }

            var isNew = !Has(parameter);
            _given |= parameter;
            refusal = StandardReplies.BadParameter;
            return isNew && parameter switch
            {
                Parameter.Size => TakeSize(value),
                Parameter.Body => TakeBody(value),
                Parameter.Return => TakeReturn(value),
                Parameter.EnvelopeId => TakeEnvelopeId(value),
                // RFC 4954 §5: what is said about a trusted client's sender counts for nothing here, but its syntax has to be right.
                Parameter.Auth => value.Length is > 0 and <= MaxAuthLength && Xtext.IsValid(value),
                _ => value.IsEmpty,
            };
        }

        private static Parameter Recognize(ReadOnlySpan<byte> keyword) => keyword.Length switch
        {
            3 when Ascii.EqualsIgnoreCase(keyword, "RET"u8) => Parameter.Return,
            4 when Ascii.EqualsIgnoreCase(keyword, "SIZE"u8) => Parameter.Size,
            4 when Ascii.EqualsIgnoreCase(keyword, "BODY"u8) => Parameter.Body,
            4 when Ascii.EqualsIgnoreCase(keyword, "AUTH"u8) => Parameter.Auth,
            5 when Ascii.EqualsIgnoreCase(keyword, "ENVID"u8) => Parameter.EnvelopeId,
            8 when Ascii.EqualsIgnoreCase(keyword, "SMTPUTF8"u8) => Parameter.SmtpUtf8,
            10 when Ascii.EqualsIgnoreCase(keyword, "REQUIRETLS"u8) => Parameter.RequireTls,
            _ => Parameter.None,
        };

        private bool TakeSize(ReadOnlySpan<byte> value)
        {
            // RFC 1870 §6: up to 20 digits; one that no long holds is larger than any limit.
            if (value.Length is 0 or > 20 || value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
            {
                return false;
            }

            Size = Utf8Parser.TryParse(value, out long parsed, out var used) && used == value.Length ? parsed : long.MaxValue;
            return true;
        }

        private bool TakeBody(ReadOnlySpan<byte> value)
        {
            if (Ascii.EqualsIgnoreCase(value, "8BITMIME"u8))
            {
                Body = BodyType.EightBitMime;
                return true;
            }

            if (Ascii.EqualsIgnoreCase(value, "BINARYMIME"u8))
            {
                Body = BodyType.BinaryMime;
                return true;
            }

            return Ascii.EqualsIgnoreCase(value, "7BIT"u8);
        }

        private bool TakeReturn(ReadOnlySpan<byte> value)
        {
            Return = Ascii.EqualsIgnoreCase(value, "FULL"u8) ? DsnReturn.Full
                : Ascii.EqualsIgnoreCase(value, "HDRS"u8) ? DsnReturn.Headers
                : DsnReturn.Unspecified;
            return Return != DsnReturn.Unspecified;
        }

        private bool TakeEnvelopeId(ReadOnlySpan<byte> value)
        {
            EnvelopeId = value;
            return value.Length is > 0 and <= MaxEnvelopeIdLength && Xtext.IsPrintable(value);
        }
    }
}
