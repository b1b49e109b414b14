using MailManager.Mta.Hosting;
using MailManager.TestKit.Peers;

namespace MailManager.Mta.Tests.Hosting;

/// <summary>What a configuration is refused for although all of it can be read.</summary>
public class CheckedConfigurationTests
{
    /// <summary>Conditions on what nobody computes are refused where they stand; a reverse DNS name is looked up.</summary>
    [Fact]
    public async Task Conditions_on_what_this_release_does_not_compute_are_refused_with_their_place()
    {
        await using var relay = new ScriptedSmtpServer();
        var directory = Directory.CreateTempSubdirectory("mailmanager-").FullName;
        var text = Gateway.Text(
            """
                  - Conditions:
                      - StringExpression: { Evaluate: { Attribute: REVERSE_DNS }, Operator: ENDS_WITH, Values: [ .example ] }
                      - VerdictExpression: { Evaluate: { Attribute: SPF }, Operator: EQUALS, Values: [ FAIL ] }
                      - VerdictExpression: { Evaluate: { Attribute: DKIM }, Operator: EQUALS, Values: [ FAIL ] }
                      - VerdictExpression: { Evaluate: { Attribute: DMARC }, Operator: EQUALS, Values: [ FAIL ] }
                      - VerdictExpression: { Evaluate: { Attribute: ARC }, Operator: EQUALS, Values: [ FAIL ] }
                      - DmarcExpression: { Operator: EQUALS, Values: [ REJECT ] }
                      - BooleanExpression:
                          Evaluate: { Analysis: { Analyzer: "arn:aws:ses:us-east-1:123456789012:addon-instance/ai-1", ResultField: found } }
                          Operator: IS_TRUE
                    Actions:
                      - Drop: {}
            """,
            1000, "1m", relay, relay);
        var line = text.Split('\n').ToList().FindIndex(entry => entry.Contains("Attribute: SPF", StringComparison.Ordinal)) + 1;

        var (configuration, errors) = await CheckedConfiguration.MakeAsync(Gateway.Load(text, directory), TimeProvider.System);

        Assert.Null(configuration);
        Assert.Equal(
            [
                "RuleSets[0].Rules[0].Conditions[1]: SPF verdicts are not computed in this release",
                "RuleSets[0].Rules[0].Conditions[2]: DKIM verdicts are not computed in this release",
                "RuleSets[0].Rules[0].Conditions[3]: DMARC verdicts are not computed in this release",
                "RuleSets[0].Rules[0].Conditions[4]: ARC verdicts are not computed in this release",
                "RuleSets[0].Rules[0].Conditions[5]: DMARC policies are not looked up in this release",
                "RuleSets[0].Rules[0].Conditions[6]: add-ons (Analysis) are not asked in this release",
            ],
            errors.Select(error => $"{error.Path}: {error.Message}"));
        Assert.Equal(line, errors[0].Location.Line);
        Directory.Delete(directory, recursive: true);
    }
}
