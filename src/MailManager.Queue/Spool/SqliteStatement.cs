using System.Buffers;
using System.Text;
using SQLitePCL;

namespace MailManager.Queue.Spool;

/// <summary>One prepared statement. Parameters are numbered from 1, columns from 0.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt handle) : IDisposable
{
    public SqliteStatement Bind(int parameter, long value)
    {
        database.Check(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        database.Check(raw.sqlite3_bind_blob(handle, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, string? value)
    {
        if (value is null)
        {
            database.Check(raw.sqlite3_bind_null(handle, parameter));
            return this;
        }

        var size = Encoding.UTF8.GetMaxByteCount(value.Length);
        var rented = size > 512 ? ArrayPool<byte>.Shared.Rent(size) : null;
        var utf8 = rented ?? stackalloc byte[512];
        var length = Encoding.UTF8.GetBytes(value, utf8);
        var result = raw.sqlite3_bind_text(handle, parameter, utf8[..length]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        database.Check(result);
        return this;
    }

    /// <summary>Goes to the next row; false after the last, and then the statement is ready for use again.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(handle);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        Finish(result);
        return false;
    }

    /// <summary>Runs a statement that has no rows.</summary>
    public void Run() => Finish(raw.sqlite3_step(handle));

    /// <summary>Makes the statement ready for use again before its last row.</summary>
    public void Reset() => raw.sqlite3_reset(handle);

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int32(int column) => raw.sqlite3_column_int(handle, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    /// <summary>Valid until the next step. Empty for NULL.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public string? Text(int column) => IsNull(column) ? null : raw.sqlite3_column_text(handle, column).utf8_to_string();

    public void Dispose() => handle.Dispose();

    private void Finish(int result)
    {
        try
        {
            database.Check(result);
        }
        finally
        {
            _ = raw.sqlite3_reset(handle);
        }
    }
}
