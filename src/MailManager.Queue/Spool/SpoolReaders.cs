using System.Buffers;
using System.Collections.Concurrent;
using MailManager.Messages.Bytes;

namespace MailManager.Queue.Spool;

/// <summary>
/// Reads messages back, on a few connections of its own beside the writer and on the thread pool, since SQLite blocks. Thread-safe.
/// </summary>
internal sealed class SpoolReaders(string path, BodyFileStore bodies) : IDisposable
{
    /// <summary>Reads at a time; more would only hold more memory.</summary>
    private const int MaximumReaders = 4;

    private readonly SemaphoreSlim _slots = new(MaximumReaders);
    private readonly ConcurrentBag<Reader> _idle = [];

    /// <summary>The content of a message, with one reference for the caller. Throws <see cref="IOException"/>.</summary>
    public async ValueTask<MessageContent> ReadAsync(long message, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Read(message), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var reader))
        {
            reader.Dispose();
        }

        _slots.Dispose();
    }

    private MessageContent Read(long message)
    {
        if (!_idle.TryTake(out var reader))
        {
            reader = new Reader(path);
        }

        try
        {
            var content = reader.Read(message, bodies);
            _idle.Add(reader);
            return content;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    private sealed class Reader : IDisposable
    {
        private readonly SqliteDatabase _database;
        private readonly SqliteStatement _select;

        public Reader(string path)
        {
            _database = SqliteDatabase.Open(path, readOnly: true);
            try
            {
                _database.SetBusyTimeout(5000);
                _select = _database.Prepare("SELECT size,head,file,body FROM message WHERE key=?1");
            }
            catch
            {
                _database.Dispose();
                throw;
            }
        }

        public MessageContent Read(long message, BodyFileStore bodies)
        {
            try
            {
                if (!_select.Bind(1, message).Step())
                {
                    throw new SpoolException($"Message row {message} is not in the spool.");
                }

                var (size, head, file) = (_select.Integer(0), _select.Int32(1), _select.Text(2));
                if (head < 0 || head > size || (file is null && head != size))
                {
                    throw new SpoolException($"Message row {message} is damaged: size {size}, head {head}.");
                }

                return file is null ? FromRow(message, head) : FromFile(bodies.Open(file), size, head);
            }
            finally
            {
                // Ends the read transaction, which would keep the log from being written from its start again.
                _select.Reset();
            }
        }

        public void Dispose()
        {
            _select.Dispose();
            _database.Dispose();
        }

        private MessageContent FromRow(long message, int size)
        {
            var body = _select.Blob(3);
            if (body.Length != size)
            {
                throw new SpoolException($"Message row {message} is damaged: {body.Length} octets of {size}.");
            }

            var rented = ArrayPool<byte>.Shared.Rent(size);
            body.CopyTo(rented);
            return new MessageContent(rented, size, size, file: null);
        }

        private static MessageContent FromFile(BodyFile file, long size, int head)
        {
            var rented = ArrayPool<byte>.Shared.Rent(head);
            try
            {
                for (var read = 0; read < head;)
                {
                    var count = file.Read(rented.AsSpan(read, head - read), read);
                    read += count > 0 ? count : throw new SpoolException($"Body file {file.Name} is shorter than its message.");
                }

                return new MessageContent(rented, head, size, file);
            }
            catch
            {
                ArrayPool<byte>.Shared.Return(rented);
                file.Close();
                throw;
            }
        }
    }
}
