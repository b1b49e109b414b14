using System.Security.Cryptography;
using System.Text;

namespace MailManager.Management.Queue;

/// <summary>
/// The secret that opens the management listener's orders: 32 random octets in hexadecimal, in a file that only this user can read. Made at the
/// first start and kept; whoever deletes it gets a new one at the next.
/// </summary>
public sealed class ManagementToken
{
    private const string FileName = "management.token";
    private const string Scheme = "Bearer ";

    private readonly byte[] _expected;

    private ManagementToken(string text)
    {
        Text = text;
        _expected = Encoding.ASCII.GetBytes(Scheme + text);
    }

    public string Text { get; }

    /// <summary>Reads the token of a data directory, or makes it. Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/>.</summary>
    public static ManagementToken ReadOrMake(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        if (!File.Exists(path))
        {
            // A half-written file would be a token that nobody can guess, but that everybody reads wrongly: it gets its name when it is whole.
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new StreamWriter(path + ".new", Encoding.ASCII, options))
            {
                file.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
            }

            File.Move(path + ".new", path);
        }

        return Read(dataDirectory);
    }

    /// <summary>Reads the token of a data directory. Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/>.</summary>
    public static ManagementToken Read(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        var text = File.ReadAllText(path).Trim();
        return text.Length >= 32 ? new ManagementToken(text) : throw new IOException($"{path} holds no token of at least 32 characters.");
    }

    /// <summary>In a time that tells nothing of the token.</summary>
    public bool IsIn(string? authorization) => authorization is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization), _expected);

    private static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, FileName);
}
