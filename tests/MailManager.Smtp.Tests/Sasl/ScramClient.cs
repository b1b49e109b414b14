using System.Security.Cryptography;
using System.Text;
using MailManager.Smtp.Sasl;

namespace MailManager.Smtp.Tests.Sasl;

/// <summary>A client of SCRAM-SHA-256 written from RFC 5802, to test the server with.</summary>
internal sealed class ScramClient(string userName, string password, string header = "n,,", byte[]? binding = null, string nonce = "rOprNGfwEbeRWgbNEkqO")
{
    private string _serverFirst = "";
    private byte[] _serverKey = [];
    private string _signedText = "";

    public string First => $"{header}{Bare}";

    private string Bare => $"n={userName.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={nonce}";

    public string Final(string serverFirst)
    {
        _serverFirst = serverFirst;
        var attributes = serverFirst.Split(',');
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            password, Convert.FromBase64String(attributes[1][2..]), int.Parse(attributes[2][2..]), HashAlgorithmName.SHA256, 32);
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        _serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        var withoutProof = $"c={Convert.ToBase64String([.. Encoding.ASCII.GetBytes(header), .. binding ?? []])},{attributes[0]}";
        _signedText = $"{Bare},{_serverFirst},{withoutProof}";
        var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), Encoding.ASCII.GetBytes(_signedText));
        return $"{withoutProof},p={Convert.ToBase64String([.. clientKey.Zip(signature, (a, b) => (byte)(a ^ b))])}";
    }

    /// <summary>The server has shown that it knows the keys.</summary>
    public bool Accepts(string serverFinal) =>
        serverFinal == $"v={Convert.ToBase64String(HMACSHA256.HashData(_serverKey, Encoding.ASCII.GetBytes(_signedText)))}";

    /// <summary>The whole exchange; the client accepts what the server says, or this fails.</summary>
    public async Task<SaslStep> RunAsync(SaslHarness harness, ISaslExchange exchange)
    {
        var step = await harness.NextAsync(exchange, First);
        if (step.Challenge is null)
        {
            return step;
        }

        step = await harness.NextAsync(exchange, Final(SaslHarness.Text(step)));
        if (step.Challenge is null)
        {
            return step;
        }

        Assert.True(Accepts(SaslHarness.Text(step)));
        return await harness.NextAsync(exchange, "");
    }
}
