/** Light or dark with one press, where there is no room for a menu. */
import { IconButton, Moon, Sun } from '@labelkeep/kit';
import { setTheme, useTheme } from './theme';

export function ThemeToggle() {
  const theme = useTheme();
  const isDark = (theme === 'auto' ? document.documentElement.dataset['theme'] : theme) === 'dark';
  return (
    <IconButton
      label={isDark ? 'Light theme' : 'Dark theme'}
      icon={isDark ? <Sun size={16} /> : <Moon size={16} />}
      onPress={() => setTheme(isDark ? 'light' : 'dark')}
    />
  );
}
