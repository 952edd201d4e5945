/**
 * A self-signed certificate of `localhost` for tests only: its key is public here, so it proves
 * nothing. Made with `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes
 * -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1`.
 */
export const testCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBqTCCAU6gAwIBAgIUN8HnkP50G/G2LgHRHKCXf0QrlI0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIxNTYxN1oYDzIxMjYxMDI5
MjE1NjE3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATxOsIGoGGajGjjN/+jJfwbKeXk7LFAJEFlUhXNDhTmNW3w4mv0ccZd
inFnf1jyEjeLHVTtcr8E/NMFpaUtqoWno3wwejAdBgNVHQ4EFgQUSG64vSQV31e1
HaH4h7WLtzLLzSswHwYDVR0jBBgwFoAUSG64vSQV31e1HaH4h7WLtzLLzSswDwYD
VR0TAQH/BAUwAwEB/zAnBgNVHREEIDAegglsb2NhbGhvc3SCCyoubG9jYWxob3N0
hwR/AAABMAoGCCqGSM49BAMCA0kAMEYCIQDWC6ioZXaShXcHjig9PLhD8ehqE87h
zYXjTRqkfBtNuwIhAO38xBOaUuZdTm69adxAWrEzFqjKe7qgj4cjWnZMwESN
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgb/yYyLf7fnKnZSN+
I7v7Uj3HS/UMNX9huA+yFIZeu7qhRANCAATxOsIGoGGajGjjN/+jJfwbKeXk7LFA
JEFlUhXNDhTmNW3w4mv0ccZdinFnf1jyEjeLHVTtcr8E/NMFpaUtqoWn
-----END PRIVATE KEY-----
`,
}
