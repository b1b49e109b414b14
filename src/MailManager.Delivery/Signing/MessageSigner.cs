using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using MailManager.Resources.Identities;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Signing;

/// <summary>
/// Signs messages for the domain of their author (RFC 6376): the octets that are sent, header lines in front included. A large message is read from its
/// file once more, block by block. Thread-safe.
/// </summary>
internal sealed class MessageSigner(TimeProvider time)
{
    private const int BlockSize = 64 * 1024;

    private SigningKeys _keys = new(new IdentitySet([]));

    /// <summary>Takes effect with the next message.</summary>
    public SigningKeys Keys
    {
        get => Volatile.Read(ref _keys);
        set => Volatile.Write(ref _keys, value);
    }

    /// <summary>
    /// Puts a signature of each key of the author's domain in front of the message; without keys nothing changes. Not null: why it cannot be signed, and is
    /// not to be sent now, for its domain may have said that nothing of it comes without a signature (DMARC).
    /// </summary>
    public SmtpFailure? Sign(ref OutgoingMessage message)
    {
        var keys = Keys;
        if (keys.IsEmpty)
        {
            return null;
        }

        var header = new MessageHeader(message);
        if (AuthorDomain.Find(header) is not { } domain || keys.Of(domain) is not { IsEmpty: false } signing)
        {
            return null;
        }

        try
        {
            var bodyHash = HashBody(message, header.BodyStart);
            var now = time.GetUtcNow();
            var fields = string.Concat(signing.Select(key => SignatureField.Create(key, domain, now, header, bodyHash)));
            message = message with { Prefix = (byte[])[.. Encoding.ASCII.GetBytes(fields), .. message.Prefix.Span] };
            return null;
        }
        catch (IOException)
        {
            return new SmtpFailure(SmtpParty.Local, SmtpPhase.Content, default, "message cannot be read from the spool");
        }
        catch (CryptographicException)
        {
            return new SmtpFailure(SmtpParty.Local, SmtpPhase.Content, default, $"message cannot be signed for {domain} (DKIM)");
        }
    }

    private static byte[] HashBody(in OutgoingMessage message, long start)
    {
        using var hash = new RelaxedBodyHash();
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            for (var offset = start; offset < message.Size;)
            {
                var read = message.Read(block, offset);
                hash.Append(read > 0 ? block.AsSpan(0, read) : throw new IOException("The file of the message is too short."));
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return hash.Finish();
    }
}
