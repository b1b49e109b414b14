using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules;
using MailManager.Rules.Policies;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Simulation;

/// <summary>An explanation for programs.</summary>
internal static class ExplanationJson
{
    public static string Write(SampleExplanation explanation, RuleSet ruleSet)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("ingressPoint", explanation.Sample.IngressPoint);
            WriteList(json, "replies", explanation.Outcome.Steps, WriteStep);
            json.WriteString("policy", explanation.PolicyName);
            var recipients = explanation.Sample.Envelope.Recipients;
            WriteList(json, "verdicts", explanation.Policy.Select((policy, i) => (recipients[i], policy)), WriteVerdict);
            json.WriteString("ruleSet", explanation.RuleSetName);
            WriteList(json, "rules", explanation.Rules, (writer, rule) => WriteRule(writer, rule, ruleSet.Rules[rule.Rule]));
            WriteList(json, "recipients", explanation.Outcome.Recipients, WriteRecipient);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.ToArray()) + Environment.NewLine;
    }

    private static void WriteStep(Utf8JsonWriter json, SampleStep step)
    {
        json.WriteString("command", step.Command);
        json.WriteNumber("code", step.Reply.Code);
        json.WriteString("reply", step.Reply.ToString());
    }

    private static void WriteVerdict(Utf8JsonWriter json, (string Recipient, PolicyExplanation Policy) verdict)
    {
        json.WriteString("recipient", verdict.Recipient);
        json.WriteString("verdict", verdict.Policy.Verdict.IsAllowed ? "ALLOW" : "DENY");
        json.WriteString("decidedBy", verdict.Policy.Verdict.StatementName);
        WriteList(json, "statements", verdict.Policy.Statements, WriteStatement);
    }

    private static void WriteStatement(Utf8JsonWriter json, StatementExplanation statement)
    {
        json.WriteNumber("statement", statement.Statement);
        json.WriteString("action", statement.Action == AcceptAction.Deny ? "DENY" : "ALLOW");
        json.WriteBoolean("holds", statement.Holds);
        WriteList(json, "conditions", statement.Conditions, WriteCondition);
    }

    private static void WriteRule(Utf8JsonWriter json, RuleExplanation explanation, Rule rule)
    {
        json.WriteNumber("rule", explanation.Rule);
        json.WriteString("name", explanation.RuleName);
        json.WriteBoolean("shadow", explanation.IsShadow);
        json.WriteString("recipient", explanation.Recipient);
        json.WriteBoolean("matches", explanation.Applies);
        WriteList(json, "conditions", explanation.Conditions, WriteCondition);
        WriteList(json, "unless", explanation.Unless, WriteCondition);
        json.WriteStartArray("actions");
        foreach (var action in rule.Actions)
        {
            json.WriteStringValue(ActionText.Describe(action));
        }

        json.WriteEndArray();
    }

    private static void WriteCondition(Utf8JsonWriter json, ConditionExplanation condition)
    {
        json.WriteString("condition", condition.Condition);
        json.WriteBoolean("holds", condition.Holds);
        if (condition.Parts.IsEmpty)
        {
            json.WriteString("value", condition.Value);
            json.WriteString("hit", condition.Hit);
        }
        else
        {
            WriteList(json, "parts", condition.Parts, WriteCondition);
        }
    }

    private static void WriteRecipient(Utf8JsonWriter json, SampleRecipient recipient)
    {
        json.WriteString("recipient", recipient.Recipient);
        json.WriteString("disposition", recipient.Disposition);
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
