using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MailManager.Management.Queue;

namespace MailManager.Mta.Cli;

/// <summary>Talks to the queue of a running gateway. Every method throws <see cref="QueueClientException"/> with the reason for the operator.</summary>
internal sealed class QueueClient : IDisposable
{
    private readonly HttpClient _http;

    public QueueClient(Uri url, ManagementToken token)
    {
        // A proxy of the environment is not asked: the listener is on this machine or a private network.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Text);
    }

    public Task<ListAnswer> ListAsync(string filter, long after, int limit, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, $"queue?filter={Uri.EscapeDataString(filter)}&after={after}&limit={limit}"), QueueJson.Default.ListAnswer, cancellationToken);

    public Task<CountAnswer> CountAsync(string filter, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, $"queue/count?filter={Uri.EscapeDataString(filter)}"), QueueJson.Default.CountAnswer, cancellationToken);

    public Task<MessageAnswer> ShowAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, $"queue/messages/{Uri.EscapeDataString(id)}"), QueueJson.Default.MessageAnswer, cancellationToken);

    public Task<OrderAnswer> OrderAsync(OrderRequest order, CancellationToken cancellationToken) => SendAsync(
        new HttpRequestMessage(HttpMethod.Post, "queue/orders") { Content = JsonContent.Create(order, QueueJson.Default.OrderRequest) },
        QueueJson.Default.OrderAnswer,
        cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            using (request)
            {
                using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                {
                    return (await response.Content.ReadFromJsonAsync(type, cancellationToken).ConfigureAwait(false))!;
                }

                var error = await response.Content.ReadFromJsonAsync(QueueJson.Default.ErrorAnswer, cancellationToken).ConfigureAwait(false);
                throw new QueueClientException(error!.Message);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            throw new QueueClientException($"{_http.BaseAddress} does not answer as a gateway does: {fault.Message}");
        }
    }
}

/// <summary>What went wrong, for the operator.</summary>
internal sealed class QueueClientException(string message) : Exception(message);
