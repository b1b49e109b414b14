using MailManager.Mta.Configuration;
using MailManager.Resources.Documents;
using MailManager.Resources.RuleTests;

namespace MailManager.Mta.Simulation;

/// <summary>Runs the <c>Tests</c> of a configuration against it.</summary>
internal static class RuleTestRunner
{
    /// <summary>An error for each disposition that is another than expected, at its place in the file.</summary>
    public static async Task<IReadOnlyList<DocumentError>> RunAsync(LoadedConfiguration configuration, Simulator simulator)
    {
        var errors = new List<DocumentError>();
        var tests = configuration.ResourceSet.Tests;
        for (var i = 0; i < tests.Length; i++)
        {
            var test = tests[i];
            var outcome = await simulator.RunAsync(new Sample(test.Name, test.IngressPoint, test.Envelope, test.Message)).ConfigureAwait(false);
            for (var j = 0; j < test.Expect.Length; j++)
            {
                if (ProblemWith(test.Expect[j], outcome) is { } problem)
                {
                    errors.Add(configuration.ErrorAt($"Tests[{i}].Expect[{j}]", $"test {DisplayText.Quote(test.Name)} fails: {problem}"));
                }
            }
        }

        return errors;
    }

    private static string? ProblemWith(ExpectedDisposition expected, SampleOutcome outcome)
    {
        var recipient = DisplayText.Quote(expected.Recipient);
        if (outcome.Recipients.FirstOrDefault(recipient => recipient.Recipient == expected.Recipient) is not { } found)
        {
            return $"{recipient} is no recipient of its envelope";
        }

        return found.Disposition == expected.Disposition
            ? null
            : $"for {recipient} expected '{expected.Disposition}', got '{DisplayText.Escape(found.Disposition, 200)}' (last reply: {DisplayText.Escape(outcome.Steps[^1].Reply.ToString(), 200)})";
    }
}
