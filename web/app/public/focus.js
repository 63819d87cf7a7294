// Whose address the server has filled in goes on with the password: after a wrong one, or by an invitation.
(() => {
  const email = document.querySelector('input[name=email]');
  if (email instanceof HTMLInputElement && email.value) document.querySelector('input[name=password]')?.focus();
})();
