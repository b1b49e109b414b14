using MailManager.Mta.Configuration;
using MailManager.Mta.NamedSets;
using MailManager.Mta.Simulation;
using MailManager.Resources.Documents;

namespace MailManager.Mta.Hosting;

/// <summary>A configuration that can be put in force: everything in it can be carried out, and it passes its own tests.</summary>
/// <param name="Loaded">What it says.</param>
/// <param name="IngressPoints">What its ingress points decide by.</param>
/// <param name="Sets">Its IP sets and address lists, all read.</param>
/// <param name="Notices">What was left out of files.</param>
internal sealed record CheckedConfiguration(
    LoadedConfiguration Loaded, IReadOnlyList<BuiltIngress> IngressPoints, NamedSetTable Sets, IReadOnlyList<DocumentError> Notices)
{
    /// <summary>The configuration, or all of its errors.</summary>
    public static async Task<(CheckedConfiguration? Configuration, IReadOnlyList<DocumentError> Errors)> MakeAsync(LoadedConfiguration loaded, TimeProvider time)
    {
        var (sets, setErrors, notices) = await NamedSetTable.LoadAsync(loaded.ResourceSet).ConfigureAwait(false);
        var (ingressPoints, errors) = RuntimeBuilder.Build(loaded, sets, time);
        errors = [.. setErrors.Select(error => loaded.ErrorAt(error.Path, error.Reason)), .. errors];
        if (errors.Count == 0)
        {
            errors = await RuleTestRunner.RunAsync(loaded, new Simulator(loaded, ingressPoints)).ConfigureAwait(false);
        }

        return errors.Count > 0
            ? (null, errors)
            : (new CheckedConfiguration(loaded, ingressPoints, sets, [.. notices.Select(notice => loaded.ErrorAt(notice.Path, notice.Reason))]), []);
    }
}
