using System.Text.Json;
using MailManager.TestKit;

namespace MailManager.Allocation.Tests;

/// <summary>An entry of <c>bench/budgets.json</c>.</summary>
/// <param name="Bytes">Octets that a transaction may allocate.</param>
/// <param name="Why">What they are.</param>
internal sealed record Budget(int Bytes, string Why)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNameCaseInsensitive = true };

    public static Budget Of(string name)
    {
        using var file = File.OpenRead(Path.Combine(RepositoryRoot.Path, "bench", "budgets.json"));
        return JsonSerializer.Deserialize<Dictionary<string, Budget>>(file, Format)![name];
    }
}
