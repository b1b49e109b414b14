using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using MailManager.Queue.Spool;
using MailManager.Smtp.Sasl;

namespace MailManager.Mta.Credentials;

/// <summary>
/// <c>credentials.json</c>: the installation's key, the iterations and the hashes, for the owner alone. Replaced as a whole, so that a crash leaves the
/// old or the new one. Salts are not in it: they follow from the key and the names.
/// </summary>
internal sealed class CredentialFile(string directory)
{
    private const string FileName = "credentials.json";
    private const int Version = 1;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
    };

    private readonly string _path = Path.Combine(directory, FileName);

    /// <summary>Null when there is no file yet. Throws <see cref="CredentialStoreException"/> for one that cannot be read or is not what was written.</summary>
    public CredentialContent? Read()
    {
        try
        {
            if (!File.Exists(_path))
            {
                return null;
            }

            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(_path) != OwnerOnly)
            {
                File.SetUnixFileMode(_path, OwnerOnly);
            }

            var document = JsonSerializer.Deserialize<Document>(File.ReadAllBytes(_path), Format) ?? throw new FormatException("it is empty");
            return document.Version == Version ? ToContent(document) : throw new FormatException($"its version {document.Version} is not known");
        }
        catch (JsonException fault)
        {
            // The message of the fault could quote what stands there.
            throw Damaged(fault.LineNumber is { } line ? $"its line {line + 1} is no valid part of it" : "it is no valid JSON");
        }
        catch (FormatException fault)
        {
            throw Damaged(fault.Message);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CredentialStoreException($"{_path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Durable when it returns. Throws <see cref="CredentialStoreException"/>.</summary>
    public void Write(CredentialContent content)
    {
        var part = _path + ".part";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            // What a crash left could have another mode.
            File.Delete(part);
            using (var stream = new FileStream(part, options))
            {
                stream.Write(JsonSerializer.SerializeToUtf8Bytes(ToDocument(content), Format));
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, _path, overwrite: true);
            using var handle = PosixFile.OpenDirectory(directory);
            PosixFile.SyncDirectory(handle);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CredentialStoreException($"{_path} cannot be written: {fault.Message}", fault);
        }
    }

    private CredentialStoreException Damaged(string reason) => new(
        $"{_path} is damaged: {reason}. Restore it, or delete it: then passwords before the current ones are no longer good.");

    private static CredentialContent ToContent(Document document)
    {
        if (document.Key.Length != ScramSalts.KeyLength)
        {
            throw new FormatException($"its key has {document.Key.Length} octets instead of {ScramSalts.KeyLength}");
        }

        if (document.Iterations is < ScramCredential.MinIterations or > ScramCredential.MaxIterations)
        {
            throw new FormatException($"{document.Iterations} iterations are not from {ScramCredential.MinIterations} to {ScramCredential.MaxIterations}");
        }

        var content = new CredentialContent(document.Key, document.Iterations);
        foreach (var entry in document.Credentials)
        {
            var previous = entry.Previous is { } replaced ? new ReplacedPassword(ToKeys(replaced.StoredKey, replaced.ServerKey, entry), replaced.ReplacedAt) : null;
            if (!content.Passwords.TryAdd((entry.IngressPoint, entry.Name), new StoredPassword(ToKeys(entry.StoredKey, entry.ServerKey, entry), previous)))
            {
                throw new FormatException($"credential {entry.Name} of ingress point {entry.IngressPoint} is there twice");
            }
        }

        return content;
    }

    private static ScramKeys ToKeys(byte[] storedKey, byte[] serverKey, Entry entry) => storedKey.Length == ScramKeys.Length && serverKey.Length == ScramKeys.Length
        ? new ScramKeys(storedKey, serverKey)
        : throw new FormatException($"a hash of credential {entry.Name} of ingress point {entry.IngressPoint} does not have {ScramKeys.Length} octets");

    private static Document ToDocument(CredentialContent content) => new(
        Version, content.Key, content.Iterations,
        [.. content.Passwords.OrderBy(entry => entry.Key).Select(entry => new Entry(
            entry.Key.IngressPoint, entry.Key.Name, entry.Value.Current.StoredKey.ToArray(), entry.Value.Current.ServerKey.ToArray(),
            entry.Value.Previous is { } previous
                ? new Replaced(previous.Keys.StoredKey.ToArray(), previous.Keys.ServerKey.ToArray(), previous.ReplacedAt)
                : null))]);

    private sealed record Document(int Version, byte[] Key, int Iterations, Entry[] Credentials);

    private sealed record Entry(string IngressPoint, string Name, byte[] StoredKey, byte[] ServerKey, Replaced? Previous);

    private sealed record Replaced(byte[] StoredKey, byte[] ServerKey, DateTimeOffset ReplacedAt);
}

/// <summary>What the file holds.</summary>
internal sealed class CredentialContent(byte[] key, int iterations)
{
    /// <summary>For salts; made once.</summary>
    public byte[] Key { get; } = key;

    /// <summary>Of every hash in the file, and of decoys.</summary>
    public int Iterations { get; } = iterations;

    public Dictionary<(string IngressPoint, string Name), StoredPassword> Passwords { get; } = [];

    public static CredentialContent CreateNew(int iterations) => new(RandomNumberGenerator.GetBytes(ScramSalts.KeyLength), iterations);
}
