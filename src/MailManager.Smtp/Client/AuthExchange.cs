using System.Text;

namespace MailManager.Smtp.Client;

/// <summary>The lines a client sends in AUTH (RFC 4954 §4); the server answers 334 between them. Never logged.</summary>
internal static class AuthExchange
{
    /// <summary>Longest command line, RFC 5321 §4.5.3.1.4; a longer initial response goes on a line of its own.</summary>
    private const int MaxCommandLine = 512;

    /// <summary>RFC 4616: authorization identity empty, then user name and password.</summary>
    public static byte[][] Plain(SmtpCredentials credentials)
    {
        var response = Encode($"\0{credentials.UserName}\0{credentials.Password}");
        var command = Line($"AUTH PLAIN {response}");
        return command.Length <= MaxCommandLine ? [command] : [Line("AUTH PLAIN"), Line(response)];
    }

    /// <summary>The server asks for user name and password in turn; what its prompts say does not matter.</summary>
    public static byte[][] Login(SmtpCredentials credentials) =>
        [Line("AUTH LOGIN"), Line(Encode(credentials.UserName)), Line(Encode(credentials.Password))];

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static byte[] Line(string text) => Encoding.ASCII.GetBytes(text + "\r\n");
}
