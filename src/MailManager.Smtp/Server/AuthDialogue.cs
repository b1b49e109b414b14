using System.Buffers;
using System.Buffers.Text;
using System.Text;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Sasl;

namespace MailManager.Smtp.Server;

/// <summary>The AUTH command of one session (RFC 4954): base64 around an exchange, and nothing of what is said in it kept.</summary>
internal sealed class AuthDialogue(ISaslAuthenticator authenticator, SmtpSessionInfo session)
{
    private ISaslExchange? _exchange;
    private string? _identity;

    /// <summary>The next line is the client's response, not a command.</summary>
    public bool IsActive => _exchange is not null;

    /// <summary>The mechanisms, as the reply to EHLO lists them.</summary>
    public string Mechanisms => string.Join(' ', authenticator.Mechanisms(session.ChannelBinding is not null));

    /// <summary>AUTH, in order: 334 and a challenge, 235, or a refusal.</summary>
    /// <param name="argument">Mechanism and perhaps an initial response; <c>=</c> is an empty one.</param>
    public ValueTask<SmtpReply> BeginAsync(ReadOnlySpan<byte> argument, CancellationToken cancellationToken)
    {
        var space = argument.IndexOf((byte)' ');
        var mechanism = space < 0 ? argument : argument[..space];
        var initial = space < 0 ? default : argument[(space + 1)..].TrimStart((byte)' ');
        if (mechanism.IsEmpty || initial.Contains((byte)' '))
        {
            return ValueTask.FromResult(StandardReplies.AuthSyntax);
        }

        byte[]? response = null;
        if (space >= 0 && !TryDecode(initial.SequenceEqual("="u8) ? default : initial, out response))
        {
            return ValueTask.FromResult(StandardReplies.BadBase64);
        }

        _exchange = authenticator.Begin(mechanism, new SaslPeer(session.Client.Address, session.ChannelBinding, session.Id));
        return _exchange is null ? ValueTask.FromResult(StandardReplies.UnknownMechanism) : ContinueAsync(response, cancellationToken);
    }

    /// <summary>A line from the client while <see cref="IsActive"/>.</summary>
    public ValueTask<SmtpReply> ContinueAsync(ReadOnlySpan<byte> line, CancellationToken cancellationToken)
    {
        if (line.SequenceEqual("*"u8))
        {
            _exchange = null;
            return ValueTask.FromResult(StandardReplies.AuthCancelled);
        }

        if (!TryDecode(line, out var response))
        {
            _exchange = null;
            return ValueTask.FromResult(StandardReplies.BadBase64);
        }

        return ContinueAsync(response, cancellationToken);
    }

    /// <summary>Ends the exchange, if there is one.</summary>
    public void Cancel() => _exchange = null;

    /// <summary>The credential that the exchange proved, once.</summary>
    public string? TakeIdentity()
    {
        var identity = _identity;
        _identity = null;
        return identity;
    }

    private static bool TryDecode(ReadOnlySpan<byte> text, out byte[]? octets)
    {
        octets = null;
        if (!Base64.IsValid(text, out var length) || text.IndexOfAny(" \t\r\n"u8) >= 0)
        {
            return false;
        }

        octets = new byte[length];
        return Base64.DecodeFromUtf8(text, octets, out _, out var written) == OperationStatus.Done && written == length;
    }

    private async ValueTask<SmtpReply> ContinueAsync(byte[]? response, CancellationToken cancellationToken)
    {
        var step = await _exchange!.NextAsync(response is null ? null : (ReadOnlyMemory<byte>?)response, cancellationToken).ConfigureAwait(false);
        if (step.Challenge is { } challenge)
        {
            return new SmtpReply(334, Convert.ToBase64String(challenge.Span));
        }

        _exchange = null;
        _identity = step.Identity;
        return step.Identity is null ? step.Failure : StandardReplies.Authenticated;
    }
}
