using System.Buffers;

namespace MailManager.Smtp.Client;

/// <summary>
/// Sends a message by BDAT (RFC 3030 §2): its octets as they are, in chunks of 256 KiB. With PIPELINING the next chunk leaves before the reply
/// to the last one is read, so that a round trip costs no time and a refusal no more than one chunk.
/// </summary>
internal static class ChunkedContent
{
    public const int ChunkSize = 256 * 1024;

    private const int BlockSize = 64 * 1024;

    public static async ValueTask<SmtpTransactionResult> SendAsync(SmtpClientConnection connection, OutgoingMessage message, SmtpFailure?[]? refused)
    {
        var window = connection.Capabilities.Pipelining ? 2 : 1;
        var pending = 0;
        var total = message.Size;
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            long offset = 0;
            do
            {
                var length = Math.Min(ChunkSize, total - offset);
                var isLast = offset + length == total;
                CommandWriter.WriteChunkHeader(connection.Output, length, isLast);
                if (await WriteAsync(connection, message, offset, length, block).ConfigureAwait(false) is { } failure)
                {
                    // The server waits for octets that will not come.
                    connection.Abort();
                    return new SmtpTransactionResult(default, failure, refused, CanContinue: false);
                }

                offset += length;
                pending++;
                if (pending < window && !isLast)
                {
                    continue;
                }

                while (pending > (isLast ? 0 : window - 1))
                {
                    var isFinal = isLast && pending == 1;
                    if (isFinal && connection.IsLmtp)
                    {
                        return await LmtpReplies.ReadAsync(connection, message, refused).ConfigureAwait(false);
                    }

                    var reply = await connection.ReadReplyAsync(isFinal ? connection.Timeouts.EndOfData : connection.Timeouts.Block).ConfigureAwait(false);
                    pending--;
                    if (!reply.Reply.IsPositive)
                    {
                        return await FailAsync(connection, reply, pending, isFinal, refused).ConfigureAwait(false);
                    }

                    if (isFinal)
                    {
                        connection.NeedsReset = false;
                        return new SmtpTransactionResult(reply.Reply, null, refused, CanContinue: true) { OffersDsn = connection.Capabilities.Dsn };
                    }
                }
            }
            while (true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>After a refused chunk the transaction is over (RFC 3030 §2); replies to what was sent in the meantime are read and count no more.</summary>
    private static async ValueTask<SmtpTransactionResult> FailAsync(
        SmtpClientConnection connection, ReplyRead reply, int pending, bool isFinal, SmtpFailure?[]? refused)
    {
        var phase = isFinal ? SmtpPhase.EndOfData : SmtpPhase.Content;
        if (!reply.IsReply)
        {
            return new SmtpTransactionResult(default, SmtpFailure.Fault(phase, reply.Fault), refused, CanContinue: false);
        }

        // LMTP: how many replies there are to a BDAT LAST that came too late, RFC 2033 leaves open.
        var canContinue = reply.Reply.Code is >= 400 and not 421 && !(connection.IsLmtp && pending > 0);
        for (; canContinue && pending > 0; pending--)
        {
            var next = await connection.ReadReplyAsync(connection.Timeouts.Block).ConfigureAwait(false);
            canContinue = next.IsReply && next.Reply.Code != 421;
        }

        return new SmtpTransactionResult(default, SmtpFailure.Refused(phase, reply.Reply), refused, canContinue);
    }

    private static async ValueTask<SmtpFailure?> WriteAsync(SmtpClientConnection connection, OutgoingMessage message, long offset, long length, byte[] block)
    {
        while (length > 0)
        {
            int read;
            try
            {
                read = message.Read(block.AsSpan(0, (int)Math.Min(block.Length, length)), offset);
            }
            catch (IOException)
            {
                read = 0;
            }

            if (read == 0)
            {
                return SmtpFailure.Local(SmtpPhase.Content, "message cannot be read from the spool");
            }

            CommandWriter.Write(connection.Output, block.AsSpan(0, read));
            offset += read;
            length -= read;
            if (connection.Output.UnflushedBytes < MessageDataWriter.FlushThreshold)
            {
                continue;
            }

            var fault = await connection.FlushAsync(connection.Timeouts.Block).ConfigureAwait(false);
            if (fault != ReplyFault.None)
            {
                return SmtpFailure.Fault(SmtpPhase.Content, fault);
            }
        }

        return null;
    }
}
