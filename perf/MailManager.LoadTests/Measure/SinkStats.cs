using System.Globalization;

namespace MailManager.LoadTests.Measure;

/// <summary>
/// The sink's running count, which it leaves in a file for others to read: one line <c>MESSAGES LAST_ARRIVAL</c>, the second
/// in milliseconds since 1970. Replaced by rename, so a reader sees a whole line.
/// </summary>
internal readonly record struct SinkStats(long Messages, long LastUnixMilliseconds)
{
    public static SinkStats Read(string path)
    {
        if (!File.Exists(path))
        {
            return default;
        }

        var fields = File.ReadAllText(path).Split(' ');
        return new SinkStats(long.Parse(fields[0], CultureInfo.InvariantCulture), long.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    public void Write(string path)
    {
        var temporary = path + ".new";
        File.WriteAllText(temporary, string.Create(CultureInfo.InvariantCulture, $"{Messages} {LastUnixMilliseconds}\n"));
        File.Move(temporary, path, overwrite: true);
    }
}
