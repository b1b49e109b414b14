using MailManager.Mta.Configuration;
using MailManager.Mta.Intake;
using MailManager.Resources.Documents;
using MailManager.Resources.IngressPoints;
using MailManager.Rules;
using MailManager.Rules.Policies;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Hosting;

/// <summary>Compiles the resources in force into what ingress points decide by. All errors are found at once.</summary>
internal static class RuntimeBuilder
{
    /// <summary>One runtime for each ingress point, or errors with the place of what cannot be carried out.</summary>
    public static (IReadOnlyList<(IngressPoint Ingress, IngressRuntime Runtime)> Runtimes, IReadOnlyList<DocumentError> Errors) Build(
        LoadedConfiguration configuration)
    {
        var resources = configuration.ResourceSet;
        var errors = new List<CompileError>();
        var policies = resources.TrafficPolicies.Select((policy, i) => Take(CompiledTrafficPolicy.Compile(policy), $"TrafficPolicies[{i}]", errors)).ToArray();
        var ruleSets = resources.RuleSets.Select((ruleSet, i) => Take(CompiledRuleSet.Compile(ruleSet), $"RuleSets[{i}]", errors)).ToArray();
        if (errors.Count > 0)
        {
            return ([], [.. errors.Select(error => configuration.ErrorAt(error.Path, error.Reason))]);
        }

        var runtimes = resources.IngressPoints.Select(ingress => (ingress, new IngressRuntime
        {
            IngressPointName = ingress.IngressPointName,
            Policy = policies.Single(policy => policy!.Name == ingress.TrafficPolicyId)!,
            RuleSet = ruleSets.Single(ruleSet => ruleSet!.Name == ingress.RuleSetId)!,
            Identities = resources.Identities,
        })).ToArray();
        return (runtimes, []);
    }

    private static T? Take<T>(CompileResult<T> result, string path, List<CompileError> errors)
        where T : class
    {
        errors.AddRange(result.Errors.Select(error => error with { Path = $"{path}.{error.Path}" }));
        return result.Value;
    }
}
